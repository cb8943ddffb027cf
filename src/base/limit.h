/* limit.h - how much memory this process could have at all. */
#ifndef RAO_BASE_LIMIT_H
#define RAO_BASE_LIMIT_H

/* Bytes: the least of the machine's memory and what its control group allows (/sys/fs/cgroup as a container sees it, version 2 and 1). */
double rao_memory_limit(void);

/* The number of bytes > 0 that the file begins with; INFINITY where there is no such file or it says anything else ("max"). */
double rao_memory_limit_file(const char *path);

#endif
