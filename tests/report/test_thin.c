/* Thinning keeps what a reader would see: ends, extremes, gaps; and never writes more than there is room for. */
#include "rao_test.h"

#include "report/thin.h"

enum { N = 100000, CAPACITY = 2100 };

typedef struct data {
    const double *x, *y, *hi;
} data;

static thin_point at(int64_t i, const void *user) {
    const data *d = user;
    return (thin_point){d->x[i], d->y[i]};
}
static thin_point at_hi(int64_t i, const void *user) {
    const data *d = user;
    return (thin_point){d->x[i], d->hi[i]};
}

static double x[N], y[N], hi[N];
static thin_point out[CAPACITY], upper[CAPACITY];

static int kept(int64_t count, double px, double py) {
    for (int64_t i = 0; i < count; i++)
        if (out[i].x == px && out[i].y == py) return 1;
    return 0;
}

static void fill(rao_stream s, uint64_t round, int64_t n, double gaps) {
    for (int64_t i = 0; i < n; i++) {
        x[i] = 800.0 * (double)i / (double)n, y[i] = 200 + 50 * rao_normal_at(s, 3 * round, (uint64_t)i);
        if (rao_uniform_at(s, 3 * round + 1, (uint64_t)i) < gaps) y[i] = (double)NAN;
        hi[i] = y[i] - 30 * rao_uniform_at(s, 3 * round + 2, (uint64_t)i);
    }
}

static void line_keeps_extremes(void **state) {
    (void)state;
    LAW("of every two units of x a thinned line keeps first, last, lowest and highest, in order, within its room");
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    for (uint64_t round = 0; round < 40; round++) {
        int64_t n = (int64_t)(N * rao_uniform_at(s, 1000 + round, 0));
        const data d = {x, y, hi};
        fill(s, round, n, round % 2 ? 0.3 : 0);
        int64_t count = thin_line(n, at, &d, 2, CAPACITY, out);
        EXPECT_TRUE(count <= CAPACITY && count <= n);
        for (int64_t i = 1; i < count; i++) EXPECT_TRUE(isnan(out[i].x) || isnan(out[i - 1].x) || out[i].x >= out[i - 1].x);
        if (n <= CAPACITY) continue;
        for (int64_t from = 0, to; from < n; from = to) {
            double least = INFINITY, most = -INFINITY, least_x = 0, most_x = 0;
            int64_t first = -1, last = -1;
            for (to = from; to < n && floor(x[to] / 2) == floor(x[from] / 2); to++) {
                if (isnan(y[to])) continue;
                if (first < 0) first = to;
                last = to;
                if (y[to] < least) least = y[to], least_x = x[to];
                if (y[to] > most) most = y[to], most_x = x[to];
            }
            if (first >= 0 && from % 37 == 0) /* a search each: one in a few is enough */
                EXPECT_TRUE(kept(count, least_x, least) && kept(count, most_x, most) && kept(count, x[first], y[first]) &&
                            kept(count, x[last], y[last]));
        }
    }
}

static void line_keeps_wide_gaps(void **state) {
    (void)state;
    LAW("a gap over several units is a gap of the thinned line; a line of gaps is empty; short series pass as they are");
    const data d = {x, y, hi};
    fill(rao_stream_make(1, 1), 0, N, 0);
    for (int64_t i = 40000; i < 42000; i++) y[i] = (double)NAN;
    int64_t count = thin_line(N, at, &d, 2, CAPACITY, out), gaps = 0;
    for (int64_t i = 0; i < count; i++) {
        gaps += isnan(out[i].y);
        EXPECT_TRUE(isnan(out[i].y) || out[i].x <= x[39999] || out[i].x >= x[42000]);
    }
    EXPECT_EQ(gaps, 1);
    for (int64_t i = 0; i < N; i++) y[i] = (double)NAN;
    EXPECT_EQ(thin_line(N, at, &d, 2, CAPACITY, out), 0);
    EXPECT_EQ(thin_line(0, at, &d, 2, CAPACITY, out), 0);
    fill(rao_stream_make(1, 2), 0, 50, 0);
    EXPECT_EQ(thin_line(50, at, &d, 2, CAPACITY, out), 50);
}

static void band_encloses(void **state) {
    (void)state;
    LAW("a thinned band encloses every point of the band");
    rao_stream s = rao_stream_make(rao_test_seed(), 2);
    for (uint64_t round = 0; round < 10; round++) {
        int64_t n = 1 + (int64_t)((N - 1) * rao_uniform_at(s, 2000 + round, 0));
        const data d = {x, y, hi};
        fill(s, round, n, 0);
        int64_t count = thin_band(n, at, at_hi, &d, 2, CAPACITY, out, upper);
        EXPECT_TRUE(count <= CAPACITY);
        for (int64_t i = 0, k = 0; i < n; i++) {
            while (k + 1 < count && out[k + 1].x <= x[i]) k++;
            int64_t next = k + 1 < count ? k + 1 : k;
            EXPECT_TRUE(fmax(out[k].y, out[next].y) >= y[i] && fmin(upper[k].y, upper[next].y) <= hi[i]);
        }
    }
}

static void path_keeps_extremes(void **state) {
    (void)state;
    LAW("a thinned path keeps its ends and its extremes, and every point of the path lies near a kept one");
    rao_stream s = rao_stream_make(rao_test_seed(), 3);
    for (uint64_t round = 0; round < 6; round++) {
        const data d = {x, y, hi};
        x[0] = y[0] = 0;
        for (int64_t i = 1; i < N; i++)
            x[i] = x[i - 1] + rao_normal_at(s, round, (uint64_t)(2 * i)), y[i] = y[i - 1] + rao_normal_at(s, round, (uint64_t)(2 * i + 1));
        int64_t count = thin_path(N, at, &d, CAPACITY, out), best[4] = {0};
        EXPECT_TRUE(count <= CAPACITY && count > CAPACITY / 8);
        for (int64_t i = 0; i < N; i++) {
            if (x[i] < x[best[0]]) best[0] = i;
            if (x[i] > x[best[1]]) best[1] = i;
            if (y[i] < y[best[2]]) best[2] = i;
            if (y[i] > y[best[3]]) best[3] = i;
        }
        for (int k = 0; k < 4; k++) EXPECT_TRUE(kept(count, x[best[k]], y[best[k]]));
        EXPECT_TRUE(out[0].x == 0 && out[count - 1].x == x[N - 1]);
        double farthest = 0;
        for (int64_t i = 0, k = 0; i < N; i++) {
            if (k + 1 < count && out[k + 1].x == x[i] && out[k + 1].y == y[i]) k++;
            farthest = fmax(farthest, hypot(out[k].x - x[i], out[k].y - y[i]));
        }
        double tolerance = 1.0 / 3;
        while (tolerance < farthest) tolerance *= 1.25;
        EXPECT_TRUE(tolerance < 64); /* it grew no further than a walk of this length needs */
    }
}

static void cloud_keeps_extremes(void **state) {
    (void)state;
    LAW("a thinned cloud keeps its extremes, stays in its box and its room; what fits passes whole");
    rao_stream s = rao_stream_make(rao_test_seed(), 4);
    rao_ctx *ctx = rao_test_ctx();
    const double box[4] = {0, 800, 0, 400};
    for (uint64_t round = 0; round < 12; round++) {
        int64_t n = round == 0 ? 0 : round == 1 ? 900 : (int64_t)(N * rao_uniform_at(s, 900 + round, 0)), count = -1;
        const data d = {x, y, hi};
        for (int64_t i = 0; i < n; i++)
            x[i] = 400 + 60 * rao_normal_at(s, round, (uint64_t)(2 * i)), y[i] = 200 + 30 * rao_normal_at(s, round, (uint64_t)(2 * i + 1));
        OK(ctx, thin_cloud(ctx, n, at, &d, box, CAPACITY, out, &count));
        EXPECT_TRUE(count >= 0 && count <= CAPACITY);
        if (n <= CAPACITY) EXPECT_EQ(count, n);
        int64_t best = 0;
        for (int64_t i = 0; i < n; i++)
            if (x[i] > x[best]) best = i;
        if (n) EXPECT_TRUE(kept(count, x[best], y[best]));
    }
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(line_keeps_extremes), cmocka_unit_test(line_keeps_wide_gaps),
                                       cmocka_unit_test(band_encloses), cmocka_unit_test(path_keeps_extremes),
                                       cmocka_unit_test(cloud_keeps_extremes)};
    return rao_test_run("report thin", tests, COUNT(tests));
}
