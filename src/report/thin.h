/* thin.h - fewer points that draw the same picture. All coordinates are those of the drawing; a NaN in y is a gap. */
#ifndef RAO_REPORT_THIN_H
#define RAO_REPORT_THIN_H

#include <rao/base.h>

/* One point of a series as it falls on the page. */
typedef struct thin_point {
    double x, y;
} thin_point;

/* point(i, user) maps the i-th datum; y = NaN where it has no place. */
typedef thin_point thin_map(int64_t i, const void *user);

/* A line with x not falling. At most `capacity` points (>= 5 buckets + 5) are written: all of them when they fit; else, for each `bucket`
 * units of x, the first, lowest, highest and last (M4), and a NaN point for a gap that spans buckets. Returns how many. */
int64_t thin_line(int64_t n, thin_map *point, const void *user, double bucket, int64_t capacity, thin_point *out);

/* A band with x not falling: out_lo and out_hi get the same x. Where it does not fit (capacity >= 3 buckets + 3), the envelope of each bucket. */
int64_t thin_band(int64_t n, thin_map *lo, thin_map *hi, const void *user, double bucket, int64_t capacity, thin_point *out_lo,
                  thin_point *out_hi);

/* A path in the plane: points nearer than a tolerance to the last one kept go; the leftmost, rightmost, lowest, highest, first and last stay.
 * The tolerance starts at a third of a unit and grows until `capacity` (>= 16) suffices. */
int64_t thin_path(int64_t n, thin_map *point, const void *user, int64_t capacity, thin_point *out);

/* A cloud of marks inside [x0, x1] x [y0, y1]. When it does not fit (capacity >= 32): one mark a cell for its shape, in cells that double from a unit
 * until half of the capacity suffices, and every k-th mark for its density. The extremes stay. */
rao_status thin_cloud(rao_ctx *ctx, int64_t n, thin_map *point, const void *user, const double box[4], int64_t capacity, thin_point *out,
                      int64_t *count);

#endif
