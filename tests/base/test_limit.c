#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "rao_test.h"

#include "base/limit.h"

static void a_file_states_a_limit(void **state) {
    (void)state;
    LAW("a control group's file is a number of bytes, or no limit whatever else it says");
    static const struct {
        const char *text;
        double bytes;
    } files[] = {{"2147483648\n", 2147483648.0},
                 {"9223372036854771712\n", 9223372036854771712.0},
                 {"1", 1},
                 {"max\n", INFINITY},
                 {"0\n", INFINITY},
                 {"-1\n", INFINITY},
                 {"nan\n", INFINITY},
                 {"", INFINITY}};
    char path[] = "/tmp/rao-limit-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < COUNT(files); i++) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(files[i].text, file);
        fclose(file);
        EXPECT_TRUE(rao_memory_limit_file(path) == files[i].bytes);
    }
    remove(path);
    EXPECT_TRUE(isinf(rao_memory_limit_file(path)));
}

static void the_least_holds(void **state) {
    (void)state;
    LAW("the limit is positive, and no more than the machine's memory or either version's file");
    const double limit = rao_memory_limit();
    EXPECT_TRUE(limit > 0 && limit <= (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE));
    EXPECT_TRUE(limit <= rao_memory_limit_file("/sys/fs/cgroup/memory.max"));
    EXPECT_TRUE(limit <= rao_memory_limit_file("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_file_states_a_limit), cmocka_unit_test(the_least_holds)};
    return rao_test_run("limit", tests, COUNT(tests));
}
