/* thin.c - M4 aggregation for lines (Jugel, Jerzak, Hackenbroich, Markl 2014, "M4: a visualization-oriented time series data aggregation":
 * first, last, minimum and maximum of each pixel column reproduce the drawn line), a distance filter for paths, a grid for clouds. */
#include "report/thin.h"

#include <math.h>

/* ---- lines ---- */

typedef struct bucket {
    double key;
    int64_t index[4]; /* first, lowest, highest, last */
    thin_point at[4];
    int filled;
} bucket;

typedef struct writer {
    thin_point *out;
    int64_t count, capacity;
} writer;

static void write_point(writer *w, thin_point p) {
    if (w->count < w->capacity) w->out[w->count++] = p;
}

static void write_gap(writer *w) {
    if (w->count && !isnan(w->out[w->count - 1].y)) write_point(w, (thin_point){NAN, NAN});
}

static void order(bucket *b, int i, int j) {
    if (b->index[i] <= b->index[j]) return;
    int64_t k = b->index[i];
    thin_point p = b->at[i];
    b->index[i] = b->index[j], b->at[i] = b->at[j];
    b->index[j] = k, b->at[j] = p;
}

static void flush(bucket *b, writer *w) {
    if (!b->filled) return;
    order(b, 1, 2);
    for (int k = 0; k < 4; k++)
        if (k == 0 || b->index[k] != b->index[k - 1]) write_point(w, b->at[k]);
    b->filled = 0;
}

static void set(bucket *b, int k, int64_t i, thin_point p) { b->index[k] = i, b->at[k] = p; }

static void take(bucket *b, int64_t i, thin_point p) {
    if (!b->filled) {
        for (int k = 0; k < 4; k++) set(b, k, i, p);
        b->filled = 1;
        return;
    }
    if (p.y < b->at[1].y) set(b, 1, i, p);
    if (p.y > b->at[2].y) set(b, 2, i, p);
    set(b, 3, i, p);
}

static int64_t copy_line(int64_t n, thin_map *point, const void *user, writer *w) {
    for (int64_t i = 0; i < n; i++) {
        thin_point p = point(i, user);
        if (isnan(p.y) || isnan(p.x)) write_gap(w);
        else write_point(w, p);
    }
    return w->count;
}

int64_t thin_line(int64_t n, thin_map *point, const void *user, double width, int64_t capacity, thin_point *out) {
    writer w = {out, 0, capacity};
    if (n <= capacity) return copy_line(n, point, user, &w);
    bucket b = {.filled = 0};
    int gap = 0; /* since the last point taken */
    for (int64_t i = 0; i < n; i++) {
        thin_point p = point(i, user);
        if (isnan(p.y) || isnan(p.x)) {
            gap = 1;
            continue;
        }
        double key = floor(p.x / width);
        if (b.filled && key != b.key) {
            flush(&b, &w);
            if (gap) write_gap(&w);
        }
        b.key = key, gap = 0;
        take(&b, i, p);
    }
    flush(&b, &w);
    return w.count;
}

/* ---- bands ---- */

typedef struct envelope {
    double key, from, to, lo, hi; /* on the page y grows downward: lo is the largest y of the lower edge, hi the smallest of the upper */
    int filled;
} envelope;

static void flush_envelope(envelope *e, writer *lo, writer *hi) {
    if (!e->filled) return;
    for (int k = 0; k < (e->to > e->from ? 2 : 1); k++) {
        double x = k ? e->to : e->from;
        write_point(lo, (thin_point){x, e->lo});
        write_point(hi, (thin_point){x, e->hi});
    }
    e->filled = 0;
}

int64_t thin_band(int64_t n, thin_map *lo, thin_map *hi, const void *user, double width, int64_t capacity, thin_point *out_lo,
                  thin_point *out_hi) {
    writer below = {out_lo, 0, capacity}, above = {out_hi, 0, capacity};
    envelope e = {.filled = 0};
    int gap = 0, all = n <= capacity;
    for (int64_t i = 0; i < n; i++) {
        thin_point p = lo(i, user), q = hi(i, user);
        if (isnan(p.x) || isnan(p.y) || isnan(q.y)) {
            gap = 1;
            continue;
        }
        double key = all ? (double)i : floor(p.x / width);
        if (e.filled && key != e.key) {
            flush_envelope(&e, &below, &above);
            if (gap) write_gap(&below), write_gap(&above);
        }
        if (!e.filled) e = (envelope){key, p.x, p.x, p.y, q.y, 1};
        e.key = key, e.to = p.x, e.lo = fmax(e.lo, p.y), e.hi = fmin(e.hi, q.y), gap = 0;
    }
    flush_envelope(&e, &below, &above);
    return below.count;
}

/* ---- paths ---- */

typedef struct extremes {
    int64_t index[6]; /* leftmost, rightmost, lowest, highest, first, last; -1 when there is no point */
    thin_point at[6];
} extremes;

static extremes find_extremes(int64_t n, thin_map *point, const void *user) {
    extremes e = {{-1, -1, -1, -1, -1, -1}, {{0, 0}}};
    for (int64_t i = 0; i < n; i++) {
        thin_point p = point(i, user);
        if (isnan(p.x) || isnan(p.y)) continue;
        int first = e.index[0] < 0;
        int better[6] = {p.x<e.at[0].x, p.x> e.at[1].x, p.y<e.at[2].y, p.y> e.at[3].y, 0, 1};
        for (int k = 0; k < 6; k++)
            if (first || better[k]) e.index[k] = i, e.at[k] = p;
    }
    return e;
}

static int is_extreme(const extremes *e, int64_t i) {
    for (int k = 0; k < 6; k++)
        if (e->index[k] == i) return 1;
    return 0;
}

/* The number of points kept, or -1 when they do not fit. */
static int64_t filter_path(int64_t n, thin_map *point, const void *user, const extremes *e, double tolerance, writer *w) {
    thin_point last = {0, 0};
    int open = 0, gap = 0;
    for (int64_t i = 0; i < n; i++) {
        thin_point p = point(i, user);
        if (isnan(p.x) || isnan(p.y)) {
            gap = 1;
            continue;
        }
        if (open && hypot(p.x - last.x, p.y - last.y) < tolerance && !is_extreme(e, i))
            continue; /* a gap this short cannot be seen either */
        if (w->count + 2 > w->capacity) return -1;
        if (gap) write_gap(w);
        write_point(w, p);
        last = p, open = 1, gap = 0;
    }
    return w->count;
}

int64_t thin_path(int64_t n, thin_map *point, const void *user, int64_t capacity, thin_point *out) {
    if (n <= capacity) return copy_line(n, point, user, &(writer){out, 0, capacity});
    extremes e = find_extremes(n, point, user);
    for (double tolerance = 1.0 / 3;; tolerance *= 1.25) {
        int64_t count = filter_path(n, point, user, &e, tolerance, &(writer){out, 0, capacity});
        if (count >= 0) return count;
    }
}

/* ---- clouds ---- */

static int in_box(thin_point p, const double box[4]) { return p.x >= box[0] && p.x <= box[1] && p.y >= box[2] && p.y <= box[3]; }

/* Every stride-th of the marks that can be seen. */
static int64_t sample_cloud(int64_t n, thin_map *point, const void *user, const double box[4], int64_t stride, writer *w) {
    int64_t seen = 0;
    for (int64_t i = 0; i < n; i++) {
        thin_point p = point(i, user);
        if (in_box(p, box) && seen++ % stride == 0) write_point(w, p);
    }
    return w->count;
}

/* Returns -1 when the cells taken are more than fit. */
static int64_t filter_cloud(int64_t n, thin_map *point, const void *user, const extremes *e, const double box[4], double cell,
                            unsigned char *taken, writer *w) {
    int64_t columns = (int64_t)((box[1] - box[0]) / cell) + 1, rows = (int64_t)((box[3] - box[2]) / cell) + 1;
    for (int64_t k = 0; k < columns * rows; k++) taken[k] = 0;
    for (int64_t i = 0; i < n; i++) {
        thin_point p = point(i, user);
        if (!in_box(p, box)) continue;
        unsigned char *mine = &taken[(int64_t)((p.y - box[2]) / cell) * columns + (int64_t)((p.x - box[0]) / cell)];
        if (*mine && !is_extreme(e, i)) continue;
        if (w->count == w->capacity) return -1;
        *mine = 1;
        write_point(w, p);
    }
    return w->count;
}

static int64_t count_cloud(int64_t n, thin_map *point, const void *user, const double box[4]) {
    int64_t seen = 0;
    for (int64_t i = 0; i < n; i++) seen += in_box(point(i, user), box);
    return seen;
}

rao_status thin_cloud(rao_ctx *ctx, int64_t n, thin_map *point, const void *user, const double box[4], int64_t capacity, thin_point *out,
                      int64_t *count) {
    int64_t seen = count_cloud(n, point, user, box), half = capacity / 2, kept = -1;
    if (seen <= capacity) {
        *count = sample_cloud(n, point, user, box, 1, &(writer){out, 0, capacity});
        return RAO_OK;
    }
    rao_mark mark = rao_scratch_mark(ctx);
    unsigned char *taken = NULL;
    int64_t cells = ((int64_t)(box[1] - box[0]) + 2) * ((int64_t)(box[3] - box[2]) + 2);
    rao_status st = rao_scratch(ctx, cells, &taken);
    if (st == RAO_OK) {
        extremes e = find_extremes(n, point, user);
        for (double cell = 1; kept < 0; cell *= 2) kept = filter_cloud(n, point, user, &e, box, cell, taken, &(writer){out, 0, half});
        *count = sample_cloud(n, point, user, box, rao_block_count(seen, capacity - kept), &(writer){out, kept, capacity});
    }
    rao_scratch_reset(ctx, mark);
    return st;
}
