/* finer.c - y = log x/mean or log odds of gamma and beta laws (log_law.c); -log x/scale of Weibull laws, a Gumbel law with mu = log scale_s/scale, beta = 1/shape;
 * x - mu_s of laws with a location, and log x - mu_s of lognormal ones. */
#include "family/finer.h"

#include <math.h>
#include <string.h>

#include "family/normal.h"

static const finer_law *law_of(const rao_family *f) { return (const finer_law *)f; }
static const double *behind(const rao_family *f, const double *s) { return s + f->state - FINER_STATE; }

static double logpdf(const rao_family *f, const double *s, const double *y) { return law_of(f)->law.logpdf(f, behind(f, s), y); }
static void score(const rao_family *f, const double *s, const double *y, double *g) { law_of(f)->law.score(f, behind(f, s), y, g); }
static int possible(const rao_family *f, const double *y) { return law_of(f)->law.possible(f, y); }
static void support(const rao_family *f, const double *s, double *low, double *high) { law_of(f)->law.support(f, behind(f, s), low, high); }
static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    law_of(f)->law.center(f, behind(f, s), middle, scale);
}
static int64_t landmarks(const rao_family *f, const double *s, family_mark *at, int64_t most) {
    return law_of(f)->law.landmarks(f, behind(f, s), at, most);
}

/* State: that of the Gumbel law, then the scale of the Weibull law. */
static void weibull_score(const rao_family *f, const double *s, const double *y, double *g) {
    double z = (s[0] - y[0]) / s[1], e = expm1(z);
    (void)f, g[0] = (1 - z * e) * s[1], g[1] = e / (s[1] * s[2]);
}

/* The law of y and the state of t in it; 0 where the family has none. */
static int state_in(const rao_family *f, const family_table *of, const double *s, const double *t, family_table *law, double *out) {
    double first[LOG_LAW_STATE];
    if (rao_log_laws(f, s, t, law, first, out)) return 1;
    if (of == &rao_table_weibull) {
        *law = rao_table_gumbel, law->score = weibull_score;
        out[0] = rao_log_quotient(s[1], t[1]), out[1] = 1 / t[0], out[2] = t[1];
        return out[1] < INF;
    }
    if (of == &rao_table_normal || of == &rao_table_lognormal) {
        *law = rao_table_normal;
        memset(out, 0, sizeof *out * NORMAL_STATE);
        out[NORMAL_MU] = t[0] - s[0], out[NORMAL_SIGMA] = t[1], out[NORMAL_LOGVAR] = INF;
        return 1;
    }
    if (!of->standard) return 0;
    *law = *of;
    out[0] = t[0] - s[0], out[1] = t[1];
    return 1;
}

void rao_finer_law(const rao_family *f, double *s, finer_law *out) {
    const family_table *table = f->table;
    *out = (finer_law){.f = *f, .table = *table, .of = table};
    memcpy(out->charts, table->charts, sizeof *table->charts * (size_t)table->chart_count);
    out->f.table = &out->table, out->table.charts = out->charts;
    if (!state_in(f, table, s, s, &out->law, s + f->state)) {
        out->of = NULL;
        return;
    }
    out->f.state += FINER_STATE;
    out->table.logpdf = logpdf, out->table.log_ratio = NULL, out->table.score = score, out->table.possible = possible;
    out->table.standard = out->law.standard, out->table.support = support, out->table.center = center,
    out->table.landmarks = out->law.landmarks ? landmarks : NULL;
    for (int64_t i = 0; i < table->chart_count; i++) out->charts[i].score = NULL; /* of x */
}

void rao_finer_state(const finer_law *law, const double *s, double *t) {
    family_table again;
    if (!law->of) return;
    rao_family f = law->f;
    f.table = law->of;
    state_in(&f, law->of, s, t, &again, t + law->f.state - FINER_STATE);
}
