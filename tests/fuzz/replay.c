/* replay.c - runs a harness over every file of a folder, where there is no libFuzzer, and over the empty input first. Each input lies in a
 * block of exactly its size, so that a sanitizer sees a read behind its end. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static int replay(const char *path) {
    FILE *file = fopen(path, "rb");
    long size = -1;
    if (file && fseek(file, 0, SEEK_END) == 0) size = ftell(file);
    uint8_t *bytes = size > 0 ? malloc((size_t)size) : NULL;
    int read = bytes && fseek(file, 0, SEEK_SET) == 0 && fread(bytes, 1, (size_t)size, file) == (size_t)size;
    if (file) fclose(file);
    printf("%s, %ld bytes\n", path, size);
    fflush(stdout);
    if (read) LLVMFuzzerTestOneInput(bytes, (size_t)size);
    free(bytes);
    return read ? 0 : 1;
}

int main(int argc, char **argv) {
    if (argc != 2) return fprintf(stderr, "usage: %s FOLDER\n", argv[0]), 2;
    DIR *folder = opendir(argv[1]);
    if (!folder) return perror(argv[1]), 1;
    int unread = 0, inputs = 0;
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (struct dirent *entry; (entry = readdir(folder));) {
        char path[4096];
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        unread += replay(path);
        inputs++;
    }
    closedir(folder);
    if (inputs == 0) return fprintf(stderr, "%s holds no input\n", argv[1]), 1;
    return unread ? fprintf(stderr, "%d of %d inputs could not be read\n", unread, inputs), 1 : 0;
}
