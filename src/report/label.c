/* label.c - labels first push each other apart, then each looks about its place for the cheapest free one. */
#include "report/label.h"

#include <math.h>

static int share_columns(const end_label *a, const end_label *b) { return a->x < b->x + b->width + 6 && b->x < a->x + a->width + 6; }

static double overlap(const end_label *a, const end_label *b) { return share_columns(a, b) ? LABEL_HEIGHT - fabs(a->y - b->y) : 0; }

static double clamp(double y, double top, double bottom) { return fmin(fmax(y, top), bottom); }

/* Equal ends part by their place in the list, so that the outcome does not depend on rounding. */
static void push_apart(end_label *labels, int64_t count, double top, double bottom) {
    for (int round = 0; round < 200; round++) {
        int moved = 0;
        for (int64_t i = 0; i < count; i++)
            for (int64_t j = i + 1; j < count; j++) {
                double excess = overlap(&labels[i], &labels[j]);
                if (excess <= 0.01) continue;
                end_label *upper = labels[j].y < labels[i].y ? &labels[j] : &labels[i], *lower = upper == &labels[i] ? &labels[j] : &labels[i];
                upper->y = clamp(upper->y - excess / 2, top, bottom), lower->y = clamp(lower->y + excess / 2, top, bottom);
                moved = 1;
            }
        if (!moved) return;
    }
}

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

static int free_of_labels(const end_label *labels, int64_t i, double y) {
    end_label moved = labels[i];
    moved.y = y;
    for (int64_t j = 0; j < i; j++)
        if (labels[j].shown && overlap(&moved, &labels[j]) > 0.02) return 0;
    return 1;
}

static void settle(end_label *labels, int64_t i, const label_obstacle *curves, int64_t curve_count, double top, double bottom) {
    double best = INFINITY, start = labels[i].y;
    for (int step = 0; step <= 2 * 25; step++) {
        double y = start + (step % 2 ? -1 : 1) * ((step + 1) / 2) * 3.0;
        if (y < top || y > bottom || !free_of_labels(labels, i, y)) continue;
        double cost = fabs(y - start) + 0.2 * fabs(y - labels[i].end_y) + 40 * lines_under(&labels[i], y, curves, curve_count);
        if (cost < best) best = cost, labels[i].y = y, labels[i].shown = 1;
    }
}

void label_place(end_label *labels, int64_t count, const label_obstacle *curves, int64_t curve_count, double top, double bottom) {
    for (int64_t i = 0; i < count; i++) labels[i].shown = 0, labels[i].y = clamp(labels[i].y, top, bottom);
    push_apart(labels, count, top, bottom);
    for (int64_t i = 0; i < count; i++) settle(labels, i, curves, curve_count, top, bottom);
}
