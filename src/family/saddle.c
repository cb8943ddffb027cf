#include "family/saddle.h"

#include <math.h>

#include <rao/num.h>

static const double half_log_2pi = 0.91893853320467274178;

double rao_poisson_nll(double y, double rate, double log_rate) {
    double u = (rate - y) / y; /* near the mode u carries fewer errors than log_rate - log y */
    if (y == 0) return rate;
    double deviance = fabs(u) < 0.5 ? -y * rao_log1pmx(u) : rate - y - y * (log_rate - log(y));
    return deviance + 0.5 * log(y) + half_log_2pi + rao_stirling(y);
}
