#include "rao_test.h"

#include "base/cpu.h"

static void level_is_lowered_only(void **state) {
    (void)state;
    LAW("RAO_CPU_LEVEL lowers the level, never raises it, and is read once");
    setenv("RAO_CPU_LEVEL", "0", 1);
    EXPECT_EQ(rao_cpu_level(), RAO_CPU_GENERIC);
    setenv("RAO_CPU_LEVEL", "2", 1);
    EXPECT_EQ(rao_cpu_level(), RAO_CPU_GENERIC);
    unsetenv("RAO_CPU_LEVEL");
}

static void names(void **state) {
    (void)state;
    assert_string_equal(rao_cpu_name(RAO_CPU_GENERIC), "generic");
    assert_string_equal(rao_cpu_name(RAO_CPU_AVX2), "avx2");
    assert_string_equal(rao_cpu_name(RAO_CPU_AVX512), "avx512");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(level_is_lowered_only), cmocka_unit_test(names)};
    return rao_test_run("cpu", tests, COUNT(tests));
}
