/* label.c - the nearest places that keep a distance: with z_i = y_i - i * height, "y_i+1 - y_i >= height" says that z rises, and the least squares
 * fit of a rising sequence is found by pooling neighbours that fall (isotonic regression, Ayer et al. 1955). */
#include "report/label.h"

#include <math.h>

static int share_columns(const end_label *a, const end_label *b) { return a->x < b->x + b->width + 6 && b->x < a->x + a->width + 6; }

/* By end, equal ends in the order of their curves. */
static void sort(end_label *labels, int64_t count) {
    for (int64_t i = 1; i < count; i++) {
        end_label moving = labels[i];
        int64_t j = i;
        for (; j > 0 && labels[j - 1].y > moving.y; j--) labels[j] = labels[j - 1];
        labels[j] = moving;
    }
}

/* ---- groups of labels that stand over each other ---- */

typedef struct group {
    end_label *members[LABELS_MOST];
    int count;
} group;

/* All that share columns with the first label not yet taken, directly or through others. */
static int next_group(end_label *labels, int64_t count, unsigned char *taken, group *g) {
    int64_t first = 0, grown = 1;
    while (first < count && taken[first]) first++;
    if (first == count) return 0;
    taken[first] = 2;
    while (grown) {
        grown = 0;
        for (int64_t i = 0; i < count; i++)
            for (int64_t j = 0; !taken[i] && j < count; j++)
                if (taken[j] == 2 && share_columns(&labels[i], &labels[j])) taken[i] = 2, grown = 1;
    }
    g->count = 0;
    for (int64_t i = 0; i < count; i++)
        if (taken[i] == 2) g->members[g->count++] = &labels[i], taken[i] = 1;
    return 1;
}

static void drop_what_does_not_fit(group *g, double top, double bottom) {
    int room = (int)((bottom - top) / LABEL_HEIGHT) + 1;
    while (g->count > (room > 0 ? room : 0)) {
        int last = 0;
        for (int i = 1; i < g->count; i++)
            if (g->members[i]->curve > g->members[last]->curve) last = i;
        g->members[last]->shown = 0;
        for (int i = last; i + 1 < g->count; i++) g->members[i] = g->members[i + 1];
        g->count--;
    }
}

static void spread(group *g, double top, double bottom) {
    double mean[LABELS_MOST];
    int length[LABELS_MOST], pools = 0;
    for (int i = 0; i < g->count; i++) {
        mean[pools] = g->members[i]->y - i * LABEL_HEIGHT, length[pools++] = 1;
        while (pools > 1 && mean[pools - 2] > mean[pools - 1]) {
            int both = length[pools - 2] + length[pools - 1];
            mean[pools - 2] += (mean[pools - 1] - mean[pools - 2]) * length[pools - 1] / both;
            length[pools - 2] = both, pools--;
        }
    }
    for (int k = 0, i = 0; k < pools; k++)
        for (int j = 0; j < length[k]; j++, i++)
            g->members[i]->y = fmin(fmax(mean[k] + i * LABEL_HEIGHT, top + i * LABEL_HEIGHT), bottom - (g->count - 1 - i) * LABEL_HEIGHT);
}

/* ---- lines ---- */

static int segment_meets(thin_point a, thin_point b, double x0, double x1, double y0, double y1) {
    if (isnan(a.y) || isnan(b.y) || fmax(a.x, b.x) < x0 || fmin(a.x, b.x) > x1 || fmax(a.y, b.y) < y0 || fmin(a.y, b.y) > y1) return 0;
    if (a.x == b.x) return 1;
    double slope = (b.y - a.y) / (b.x - a.x), from = fmax(fmin(a.x, b.x), x0), to = fmin(fmax(a.x, b.x), x1);
    double ya = a.y + slope * (from - a.x), yb = a.y + slope * (to - a.x);
    return fmax(ya, yb) >= y0 && fmin(ya, yb) <= y1;
}

static int lines_under(const end_label *l, double y, const label_obstacle *curves, int64_t curve_count) {
    int hits = 0;
    for (int64_t c = 0; c < curve_count; c++) {
        if (c == l->curve) continue;
        for (int64_t k = 1; k < curves[c].count; k++)
            if (segment_meets(curves[c].points[k - 1], curves[c].points[k], l->x, l->x + l->width, y - 6, y + 6)) {
                hits++;
                break;
            }
    }
    return hits;
}

static int free_of_labels(const end_label *labels, int64_t count, int64_t i, double y) {
    for (int64_t j = 0; j < count; j++)
        if (j != i && labels[j].shown && share_columns(&labels[i], &labels[j]) && fabs(labels[j].y - y) < LABEL_HEIGHT - 0.01) return 0;
    return 1;
}

/* A line under the name costs as much as going 40 units out of its way. */
static void step_aside(end_label *labels, int64_t count, int64_t i, const label_obstacle *curves, int64_t curve_count, double top,
                       double bottom) {
    end_label *l = &labels[i];
    double start = l->y, least = 40 * lines_under(l, start, curves, curve_count);
    for (int step = 1; step <= 26 && least > 3 * step; step++)
        for (int side = -1; side <= 1; side += 2) {
            double y = start + side * 3.0 * step;
            if (y < top || y > bottom || !free_of_labels(labels, count, i, y)) continue;
            double cost = 3.0 * step + 40 * lines_under(l, y, curves, curve_count);
            if (cost < least) least = cost, l->y = y;
        }
}

void label_place(end_label *labels, int64_t count, const label_obstacle *curves, int64_t curve_count, double top, double bottom) {
    unsigned char taken[LABELS_MOST] = {0};
    group g;
    for (int64_t i = LABELS_MOST; i < count; i++) labels[i].shown = 0;
    if (count > LABELS_MOST) count = LABELS_MOST;
    for (int64_t i = 0; i < count; i++) labels[i].shown = 1;
    sort(labels, count);
    while (next_group(labels, count, taken, &g)) {
        drop_what_does_not_fit(&g, top, bottom);
        spread(&g, top, bottom);
    }
    for (int64_t i = 0; i < count; i++)
        if (labels[i].shown) step_aside(labels, count, i, curves, curve_count, top, bottom);
}
