/* schedule.c - the rate over a run: a linear warm-up, then constant or half a cosine (Loshchilov & Hutter 2017, without restarts). */
#include "optim/optim.h"

static const double PI = 3.14159265358979323846;

double optim_schedule(const optim_common *o, int64_t t, int64_t horizon) {
    if (t < o->warmup) return (double)(t + 1) / (double)o->warmup;
    if (o->schedule == SCHEDULE_CONSTANT) return 1;
    if (t >= horizon) return o->final;
    double phase = (double)(t - o->warmup) / (double)(horizon - o->warmup);
    return o->final + (1 - o->final) * 0.5 * (1 + cos(PI * phase));
}
