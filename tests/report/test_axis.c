/* Laws of ticks, on random ranges over the whole scale of doubles. */
#include "rao_test.h"

#include "report/axis.h"
#include "report/number.h"

enum { ROUNDS = 20000 };

static double draw(rao_stream s, uint64_t round, int index) { return rao_uniform_at(s, round, (uint64_t)index); }

static double random_real(rao_stream s, uint64_t round, int index) {
    double exponent = draw(s, round, index) < 0.5 ? 600 * draw(s, round, index + 1) - 300 : 8 * draw(s, round, index + 1) - 4;
    double v = (1 + 9 * draw(s, round, index + 2)) * pow(10, exponent);
    if (v > 1e300) v = 1e300;
    return draw(s, round, index + 3) < 0.4 ? -v : v;
}

/* Ranges of every kind: wide, narrow beside their distance from zero, empty, from zero, whole. */
static void random_range(rao_stream s, uint64_t round, double *lo, double *hi) {
    double a = random_real(s, round, 0), b = random_real(s, round, 8);
    switch ((int)(6 * draw(s, round, 20))) {
    case 0: b = a; break;
    case 1: b = a * (1 + pow(10, -14 * draw(s, round, 21))); break;
    case 2: a = 0; break;
    case 3: a = floor(1000 * draw(s, round, 22)), b = a + floor(1000 * draw(s, round, 23)); break;
    case 4: a = 10 * draw(s, round, 22) - 5, b = a + 10 * draw(s, round, 23); break;
    default: break;
    }
    if (fabs(b) > 1e300) b = a;
    *lo = fmin(a, b), *hi = fmax(a, b);
}

static int majors(const axis *a) {
    int count = 0;
    for (int i = 0; i < a->count; i++) count += a->ticks[i].major > 0;
    return count;
}

static void check_order_and_labels(const axis *a) {
    for (int i = 1; i < a->count; i++) EXPECT_TRUE(a->ticks[i].value > a->ticks[i - 1].value);
    for (int i = 0; i < a->count; i++) {
        const axis_tick *t = &a->ticks[i];
        EXPECT_TRUE(isfinite(t->value));
        EXPECT_EQ(t->label[0] != 0, t->major > 0);
        if (!t->major) continue;
        EXPECT_REL(strtod(t->label, NULL), t->value, 4e-16 * 4); /* pow(10, e) is good to an ulp, the product to another */
        for (int j = 0; j < i; j++) EXPECT_TRUE(!a->ticks[j].major || strcmp(a->ticks[j].label, t->label) != 0);
    }
}

static void linear_ticks_cover(void **state) {
    (void)state;
    LAW("covering ticks cover the range, are 3 to 11, rise strictly, and have labels of their own");
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    for (uint64_t round = 0; round < ROUNDS; round++) {
        double lo, hi;
        axis a;
        random_range(s, round, &lo, &hi);
        int want = 4 + (int)(5 * draw(s, round, 30));
        axis_linear(&a, lo, hi, want, 1, 0);
        EXPECT_TRUE(a.lo <= lo && a.hi >= hi && a.hi > a.lo);
        double step = a.ticks[1].value - a.ticks[0].value;
        EXPECT_TRUE(a.ticks[0].value <= lo + 1e-4 * step &&
                    a.ticks[a.count - 1].value >= hi - 1e-4 * step); /* 1e-10 of the range in doubles: 1e-5 of a step */
        EXPECT_TRUE(majors(&a) >= 3 && majors(&a) <= 11);
        check_order_and_labels(&a);
    }
}

static void linear_ticks_inside(void **state) {
    (void)state;
    LAW("ticks that do not cover lie inside, 3 to 11 of them; between whole numbers there is none where three are left");
    rao_stream s = rao_stream_make(rao_test_seed(), 2);
    for (uint64_t round = 0; round < ROUNDS; round++) {
        double lo, hi;
        axis a;
        random_range(s, round, &lo, &hi);
        int whole = draw(s, round, 31) < 0.5;
        axis_linear(&a, lo, hi, 6, 0, whole);
        double slack = 1e-4 * (a.ticks[1].value - a.ticks[0].value);
        EXPECT_TRUE(a.ticks[0].value >= a.lo - slack && a.ticks[a.count - 1].value <= a.hi + slack);
        EXPECT_TRUE(majors(&a) >= 3 && majors(&a) <= 11);
        check_order_and_labels(&a);
        for (int i = 0; whole && a.hi - a.lo >= 3 && i < a.count; i++) EXPECT_TRUE(a.ticks[i].value == floor(a.ticks[i].value));
    }
}

static void log_ticks(void **state) {
    (void)state;
    LAW("logarithmic ticks: labelled ones 3 to 11, all rise strictly; covering ones cover, others lie inside");
    rao_stream s = rao_stream_make(rao_test_seed(), 3);
    for (uint64_t round = 0; round < ROUNDS; round++) {
        double lo, hi;
        axis a;
        random_range(s, round, &lo, &hi);
        lo = fmax(fabs(lo), AXIS_TINY), hi = fmax(fabs(hi), AXIS_TINY);
        if (lo > hi) {
            double t = lo;
            lo = hi, hi = t;
        }
        int cover = draw(s, round, 32) < 0.5;
        axis_log(&a, lo, hi, 5, cover);
        EXPECT_TRUE(a.lo > 0 && a.lo <= lo && a.hi >= hi && a.hi > a.lo);
        EXPECT_TRUE(majors(&a) >= 3 && majors(&a) <= 11);
        check_order_and_labels(&a);
        double slack = 1e-9 * lo;
        if (cover) EXPECT_TRUE(a.ticks[0].value <= lo * (1 + 1e-9) && a.ticks[a.count - 1].value >= hi * (1 - 1e-9));
        else EXPECT_TRUE(a.ticks[0].value >= a.lo - slack && a.ticks[a.count - 1].value <= a.hi * (1 + 1e-9));
    }
}

static void places(void **state) {
    (void)state;
    LAW("place is 0 at lo, 1 at hi, rises between, and is NaN where there is none");
    rao_stream s = rao_stream_make(rao_test_seed(), 4);
    for (uint64_t round = 0; round < 2000; round++) {
        double lo, hi;
        axis a;
        random_range(s, round, &lo, &hi);
        int log_scale = lo > 1e-300 && round % 2;
        axis_make(&a, log_scale ? RAO_AXIS_LOG : RAO_AXIS_LINEAR, lo, hi, 5, 1, 0);
        EXPECT_CLOSE(axis_place(&a, a.lo), 0, 1e-12);
        if (a.hi <= AXIS_HUGE) EXPECT_CLOSE(axis_place(&a, a.hi), 1, 1e-12);
        EXPECT_TRUE(axis_place(&a, lo) <= axis_place(&a, hi));
        EXPECT_TRUE(isnan(axis_place(&a, (double)NAN)) && isnan(axis_place(&a, (double)INFINITY)) &&
                    (a.hi >= 2e300 || isnan(axis_place(&a, 2e300))));
        if (log_scale) EXPECT_TRUE(isnan(axis_place(&a, 0)) && isnan(axis_place(&a, -1)));
    }
}

static double extent(const char *label, const void *user) {
    (void)user;
    return 7.0 * (double)strlen(label);
}

static void thinning(void **state) {
    (void)state;
    LAW("labels that are left keep the gap, and one at least is left");
    rao_stream s = rao_stream_make(rao_test_seed(), 5);
    for (uint64_t round = 0; round < 5000; round++) {
        double lo, hi, length = 30 + 800 * draw(s, round, 40);
        axis a;
        random_range(s, round, &lo, &hi);
        int log_scale = lo > 1e-300 && round % 2;
        axis_make(&a, log_scale ? RAO_AXIS_LOG : RAO_AXIS_LINEAR, lo, hi, 7, 0, 0);
        axis_thin(&a, length, 10, extent, NULL);
        int left = 0, last = -1;
        for (int i = 0; i < a.count; i++) {
            if (!a.ticks[i].label[0]) continue;
            if (last >= 0) {
                double between = (axis_place(&a, a.ticks[i].value) - axis_place(&a, a.ticks[last].value)) * length;
                EXPECT_TRUE(between >= 10 - 1e-9 + (extent(a.ticks[i].label, NULL) + extent(a.ticks[last].label, NULL)) / 2);
            }
            left++, last = i;
        }
        EXPECT_TRUE(left >= 1);
    }
}

static void known_axes(void **state) {
    (void)state;
    axis a;
    ORACLE("ticks of well-known ranges", "by hand");
    axis_linear(&a, 0, 400, 5, 0, 1);
    EXPECT_EQ(a.count, 5);
    assert_string_equal(a.ticks[4].label, "400");
    axis_linear(&a, 0.013, 0.97, 5, 1, 0);
    assert_string_equal(a.ticks[1].label, "0.2");
    assert_string_equal(a.ticks[0].label, "0");
    axis_linear(&a, -3e12, 7e12, 7, 1, 0);
    assert_string_equal(a.ticks[a.count - 1].label, "8e12");
    axis_log(&a, 0.0031, 2.4, 5, 1);
    assert_string_equal(a.ticks[0].label, "0.002");
    axis_log(&a, 1e-9, 1, 5, 1);
    assert_string_equal(a.ticks[0].label, "1e-9");
    EXPECT_EQ(majors(&a), 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(linear_ticks_cover), cmocka_unit_test(linear_ticks_inside),
                                       cmocka_unit_test(log_ticks),          cmocka_unit_test(places),
                                       cmocka_unit_test(thinning),           cmocka_unit_test(known_axes)};
    return rao_test_run("report axis", tests, COUNT(tests));
}
