/* family.h - what a family is inside: one const table of functions of a state.
 *
 * A state is what a point becomes once it is checked: the numbers that the formulas want, in the family's own layout, loaded from the
 * coordinates of a chart. It may hold one thing twice (p and log p), so that no chart loses digits to another.
 * Tensors (score, Fisher, gradients) are in the tangent coordinates of chart 0; charts carry them over by their Jacobian or,
 * where that product would cancel, by forms of their own. A state belongs to one caller at a time: states of matrices (spd.h) end in a work area that slots write. A NULL slot: the generic version, or EUNABLE where there is none. */
#ifndef RAO_FAMILY_FAMILY_PRIVATE_H
#define RAO_FAMILY_FAMILY_PRIVATE_H

#include <math.h>

#include <rao/family.h>

#include "family/draws.h"

#define INF ((double)INFINITY)

/* Where an observation in other units, u x, belongs to a member of the same family: its first coordinate (its first d of a family in d variables) is
 * that of x times u^first, the others times u^rest; a power of 0 says unchanged, or moved by a constant. */
typedef struct chart_units {
    int scaled, first, rest;
} chart_units;

typedef struct family_chart {
    const char *name;
    chart_units units;
    /* Comma-separated names. A trailing mark repeats a name: # over 1..d, % over 1..d-1, ^ over the upper triangle of d x d. */
    const char *coords;
    const char *tangent; /* NULL: as coords */
    rao_status (*load)(rao_ctx *ctx, const rao_family *f, const double *c, double *s);
    rao_status (*store)(rao_ctx *ctx, const rao_family *f, const double *s, double *c);
    /* j = d(chart 0) / d(this), tangent of chart 0 by tangent of this, zeroed before. NULL: the identity. */
    void (*jacobian)(const rao_family *f, const double *s, double *j);
    double (*log_jacobian)(const rao_family *f,
                           const double *s); /* log |det j|, where elimination would cancel or be large; NULL: by elimination */
    void (*score)(const rao_family *f, const double *s, const double *x, double *g);
    void (*fisher)(const rao_family *f, const double *s, double *m);
    void (*kl_gradient)(const rao_family *f, const double *s, const double *t, double *g);
    /* u F^-1 v, where eigenvalues would lose it: the bound of one observation, INF where u = v leaves the range of F. NULL: that of chart 0, or by eigenvalues. */
    double (*bound)(const rao_family *f, const double *s, const double *u, const double *v);
} family_chart;

/* Points of one family with weights that sum to one; a weight may be negative (a path goes on behind its ends). */
typedef struct family_mean {
    int64_t n;
    const double *const *s; /* their states */
    const double *w;
} family_mean;

/* Exponential families: h(x) exp(theta . T(x) - F(theta)), order = tangent of chart 0. */
typedef struct family_exponential {
    void (*statistic)(const rao_family *f, const double *x, double *t);
    void (*natural)(const rao_family *f, const double *s, double *theta);
    void (*expectation)(const rao_family *f, const double *s, double *eta);
    double (*log_partition)(const rao_family *f, const double *s);
    double (*dual_potential)(const rao_family *f, const double *s); /* NULL: theta . eta - F */
    double (*pairing_weight)(const rao_family *f, int64_t j);       /* theta . T = sum w_j theta_j T_j; NULL: 1 */
    /* The state whose theta (e) or eta (m) is the weighted mean of those given. EDOMAIN where it lies outside the family. */
    rao_status (*e_mean)(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s);
    rao_status (*m_mean)(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s);
} family_exponential;

/* Weighted observations. */
typedef struct family_data {
    int64_t n;
    rao_points x;
    const double *weights; /* or NULL */
    double total;          /* sum of the weights */
} family_data;

/* Location-scale families: log density -log sigma + log_density(z), z = (x - mu)/sigma. */
typedef struct family_standard {
    double (*log_density)(const rao_family *f, double z);
    double (*slope)(const rao_family *f, double z);   /* -d log_density / dz */
    double (*stretch)(const rao_family *f, double z); /* z slope(z) - 1 */
    double (*entropy)(const rao_family *f);
    void (*information)(const rao_family *f, double m[3]); /* sigma^2 F = [[m0, m1], [m1, m2]] */
    /* Tails 1/z^(1 + power) so heavy that doubles do not hold their mass: the power, else 0 (NULL: 0). log p/q tends to power log(sigma_p/sigma_q) there, the
     * score in sigma to power/sigma. And log p/q less that limit. */
    double (*tail)(const rao_family *f);
    double (*within)(const rao_family *f, const double *s, const double *t, double x);
} family_standard;

/* A place where a member has mass, and how wide that lies there; width INF: an edge inside the support. */
typedef struct family_mark {
    double x, scale;
} family_mark;

typedef struct family_table {
    rao_family_info info;
    int state[3];            /* numbers of a state: state[0] + state[1] d + state[2] d^2 */
    const char *observation; /* names of x in the marks of coords: "x", "x#" */
    const family_chart *charts;
    int64_t chart_count;
    double fixed_low, fixed_high; /* the fixed quantity lies in (low, high) */
    int fixed_integer;            /* ... and is a whole number, low included */
    const family_exponential *exponential;
    void (*natural_step)(const rao_family *f, const double *s, const double *t,
                         double *step); /* theta_t - theta_s; NULL: their difference */
    const family_standard *standard;    /* read by the rao_standard_... slots */

    int (*possible)(const rao_family *f, const double *x);                   /* may x be observed under some member? */
    const char *possible_words;                                              /* "x >= 0" */
    double (*logpdf)(const rao_family *f, const double *s, const double *x); /* x possible */
    double (*logpdf_error)(const rao_family *f,
                           const double *s); /* of a density that is normalised numerically, < 0 where it is not; NULL: none is */
    double (*log_ratio)(const rao_family *f, const double *s, const double *t,
                        const double *x);                                            /* log p_s/p_t, digits kept where s is near t */
    void (*score)(const rao_family *f, const double *s, const double *x, double *g); /* g, m zeroed before */
    void (*fisher)(const rao_family *f, const double *s, double *m);
    int (*fisher_at_edge)(const rao_family *f, const double *s, double *m); /* without `fisher`: nonzero where it knows the matrix */
    /* log det of the Fisher matrix in chart 0, where a determinant of its entries would cancel; +-INF are answers. NULL: of the matrix. */
    rao_status (*fisher_log_det)(rao_ctx *ctx, const rao_family *f, const double *s, double *out, rao_quality *quality);
    /* The score in chart 0 as T y, of y with a Gram matrix far from singular where F, T E[y y^T] T^T, is all but that: T^-1 and E[y y^T], m x m each, with the
     * error of the largest relative one, where *known. NULL: F is its own. */
    rao_status (*fisher_factors)(rao_ctx *ctx, const rao_family *f, const double *s, double *inverse, double *gram, int *known,
                                 rao_quality *quality);
    double (*entropy)(const rao_family *f, const double *s);
    double (*kl)(const rao_family *f, const double *s, const double *t);
    double (*cross_entropy)(const rao_family *f, const double *s, const double *t); /* NULL: entropy + kl */
    void (*kl_gradient)(const rao_family *f, const double *s, const double *t, double *g);
    void (*support)(const rao_family *f, const double *s, double *low, double *high);
    void (*center)(const rao_family *f, const double *s, double *middle, double *scale); /* where the mass of a univariate member lies */
    int64_t (*landmarks)(const rao_family *f, const double *s, family_mark *at,
                         int64_t most); /* where integrals are cut; NULL: the middle */
    void (*sample)(const rao_family *f, const double *s, rao_draws *d, double *x);
    rao_status (*mle)(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c); /* coordinates of chart 0 */
    const char *irregular;                                                                    /* why there is no Fisher matrix, or NULL */
    const char *(*irregular_at)(const rao_family *f, const double *s);                        /* the same at one point */
    /* A copy of a state for another context's use; NULL: states name no context. */
    void (*attach)(rao_ctx *ctx, const rao_family *f, double *s);
    rao_method entropy_method, kl_method, mle_method; /* of the slots above: closed form unless said */
} family_table;

enum { MOST_CHARTS = 8 };

struct rao_family {
    const family_table *table;
    int64_t d;
    double fixed;
    int64_t dim;   /* tangent of chart 0 */
    int64_t state; /* numbers of a state */
    int64_t observation;
    int64_t coords[MOST_CHARTS], tangents[MOST_CHARTS];
    rao_family *parts; /* of a mixture */
    int64_t part_count;
    struct family_own *own; /* of a family that was defined by its density (own.h); shared by copies */
};

static inline int64_t chart_number(const rao_family *f, const family_chart *chart) { return chart - f->table->charts; }

/* log p/q at x from the logarithms of both (-inf where 0), or by the table's log_ratio where x has positive density under both. */
static inline double rao_log_ratio(const rao_family *f, const double *s, const double *t, const double *x, double log_p, double log_q) {
    if (!f->table->log_ratio || log_p == -INF || log_q == -INF) return log_p - log_q;
    double l = f->table->log_ratio(f, s, t, x);
    return isfinite(l) ? l : log_p - log_q; /* members six hundred decades apart: their differences left the doubles */
}

/* PREFIX NUMBER[.NAME] into a coordinate's name. */
void rao_write_number(char name[RAO_COORD_NAME], const char *prefix, int64_t number, const char *own);
rao_status rao_mixture_coord_name(rao_ctx *ctx, const rao_family *f, int64_t j, int of_point, char name[RAO_COORD_NAME]);
/* Derivatives with respect to all numbers of a point, of which the last of some probabilities follows from the others, become those of its tangent. */
void rao_gradient_of_point(const rao_family *f, int64_t chart, const double *g, double *out);
/* rao_expr_parse; a failure names whose expression it was and which: "normal: target: expression, column 4: ..." */
struct rao_expr;
rao_status rao_parse_named(rao_ctx *ctx, const rao_family *f, const char *what, const char *text, const char *const *names, int64_t count,
                           struct rao_expr **expr);

/* How many numbers a list of names with marks stands for. */
int64_t rao_names_count(const char *names, int64_t d);

/* A copy of a family shares what its user defined (own.c); to be called after copying, and before forgetting. */
void rao_own_share(rao_family *copy);
void rao_own_release(rao_family *f);
/* The failure behind a density or score that came out as NaN: of a user's function its own status and sentence. */
rao_status rao_no_value(rao_ctx *ctx, const rao_family *f, const double *s, const double *x);

/* The checked state of a point. */
rao_status rao_family_load(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *p, double *s);
/* The same without rao_want_normalised: for what asks nothing of the mass. */
rao_status rao_load_as_given(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *p, double *s);
/* EDOMAIN where s, or a part of it, is a density of its user's that was given as normalised and is not; one integral. ENUMERIC
 * where its mass lies beyond the doubles, but for what is asked at one x; where the integral fails what is asked is left to say so. */
rao_status rao_want_normalised(rao_ctx *ctx, const rao_family *f, const double *s, int at_one_x);

/* ---- for the families' files ---- */

/* "normal: sigma = -1, want > 0" (NaN and infinities are refused too). */
rao_status rao_want_positive(rao_ctx *ctx, const rao_family *f, const char *name, double value);
rao_status rao_want_finite(rao_ctx *ctx, const rao_family *f, const char *name, double value);
rao_status rao_want_unit(rao_ctx *ctx, const rao_family *f, const char *name, double value);      /* 0 <= value <= 1 */
rao_status rao_want_open_unit(rao_ctx *ctx, const rao_family *f, const char *name, double value); /* 0 < value < 1 */

/* Means of points (mean.c): of the numbers at one place of the states, from the point of the largest weight on, so that a weight of one
 * gives its point back. */
int64_t rao_mean_heaviest(const family_mean *m);
double rao_mean_at(const family_mean *m, int64_t place);
/* Of positive numbers; the harmonic mean may come out negative or infinite where a weight is negative. */
double rao_geometric_mean_at(const family_mean *m, int64_t place);
double rao_harmonic_mean_at(const family_mean *m, int64_t place);
/* The least and the largest of them among the points that have a weight: units in which no ratio, and no square of one, overflows. */
double rao_mean_least(const family_mean *m, int64_t place);
double rao_mean_largest(const family_mean *m, int64_t place);
/* "gamma: the mean leaves the family: rate = -1, want > 0" */
rao_status rao_mean_inside(rao_ctx *ctx, const rao_family *f, const char *name, double value);
/* Of normals whose mu and sigma lie at these places; the answer likewise. */
rao_status rao_normal_e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, int64_t mu, int64_t sigma, double *s);
rao_status rao_normal_m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, int64_t mu, int64_t sigma, double *s);

/* Row i of the data; its weight; weighted mean of column j; weighted mean of (x - mean)^2: both passes compensated. */
static inline const double *data_row(const family_data *d, int64_t i) { return d->x.data + i * d->x.stride; }
static inline double data_weight(const family_data *d, int64_t i) { return d->weights ? d->weights[i] : 1; }
double rao_data_mean(const family_data *d, int64_t j);
double rao_data_variance(const family_data *d, int64_t j, double mean);

static inline int is_whole(double x) { return x == __builtin_floor(x) && x < __builtin_inf() && x > -__builtin_inf(); }

/* log I0(y) - log I0(x) - d I1(x)/I0(x) >= 0, y = x + d: the von Mises family's KL of concentrations. */
double rao_von_mises_bregman(double x, double y, double d);
/* log(u / v) of positive numbers, from their difference where they are close. */
double rao_log_quotient(double u, double v);
/* log p/q of exponential laws with rates of quotient exp(l), y = rate_q x. */
double rao_rate_log_ratio(double l, double y);
/* r - 1 - log r >= 0 from u = r - 1 and log r: the divergence of two scales (Itakura and Saito). */
double rao_scale_divergence(double u, double log_r);

/* Slots that many tables share. */
/* Chart 0 as it is: the first `reals` coordinates finite, the rest positive. */
rao_status rao_load_reals(rao_ctx *ctx, const rao_family *f, int64_t reals, const double *c, double *s);
rao_status rao_load_positive(rao_ctx *ctx, const rao_family *f, const double *c, double *s);      /* all positive */
rao_status rao_load_real_positive(rao_ctx *ctx, const rao_family *f, const double *c, double *s); /* one real, the rest positive */
rao_status rao_store_plain(rao_ctx *ctx, const rao_family *f, const double *s, double *c); /* the state begins with chart 0's coordinates */
rao_status rao_store_natural(rao_ctx *ctx, const rao_family *f, const double *s, double *c);
rao_status rao_store_expectation(rao_ctx *ctx, const rao_family *f, const double *s, double *c);
int rao_possible_real(const rao_family *f, const double *x);
int rao_possible_positive(const rao_family *f, const double *x);
int rao_possible_nonnegative(const rao_family *f, const double *x);
int rao_possible_count(const rao_family *f, const double *x);
int rao_possible_vector(const rao_family *f, const double *x);
void rao_support_line(const rao_family *f, const double *s, double *low, double *high);
void rao_support_half_line(const rao_family *f, const double *s, double *low, double *high);
double rao_dual_is_minus_entropy(const rao_family *f, const double *s); /* families whose carrier is 1 */
void rao_statistic_x(const rao_family *f, const double *x, double *t);

/* The slots of a location-scale family, from its table's `standard`; state mu, sigma. */
double rao_standard_logpdf(const rao_family *f, const double *s, const double *x);
double rao_standard_log_ratio(const rao_family *f, const double *s, const double *t, const double *x);
/* Scales so far apart that z_p - z_q, of the size of z_q in the narrower unit, is no better than z_p by itself. */
static inline int rao_scales_apart(double a, double b) { return a > 2 * b || b > 2 * a; }
/* z_p - z_q = [(mu_q - mu_p) + z_q (sigma_q - sigma_p)] / sigma_p */
static inline double rao_standard_gap(const double *s, const double *t, double z_q) { return ((t[0] - s[0]) + z_q * (t[1] - s[1])) / s[1]; }
void rao_standard_score(const rao_family *f, const double *s, const double *x, double *g);
void rao_standard_fisher(const rao_family *f, const double *s, double *m);
double rao_standard_entropy(const rao_family *f, const double *s);
void rao_standard_center(const rao_family *f, const double *s, double *middle, double *scale);
/* Fisher scoring from the median and the quartiles of the data. */
rao_status rao_standard_mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c);

/* Maximum likelihood by Fisher scoring with step halving from the coordinates c of chart 0. ENUMERIC without convergence in 500 steps. */
rao_status rao_mle_by_scoring(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c);
/* Weighted quantile u of log x (or of x). */
rao_status rao_data_quantiles(rao_ctx *ctx, const family_data *data, int of_logarithms, int64_t n, const double *u, double *out);

/* Checks k probabilities and divides them by their sum, where that is 1 within 1e-12 k. EDOMAIN "WHOSE: ...". */
rao_status rao_load_law(rao_ctx *ctx, const char *whose, int64_t k, const double *c, double *p);
/* Probability vectors, shared by categorical and multinomial: state p_1..p_k, log p_1..log p_k, by_logits, logits. */
rao_status rao_load_simplex(rao_ctx *ctx, const rao_family *f, const double *c, double *s);
double rao_kl_simplex(const rao_family *f, const double *s, const double *t);
rao_status rao_simplex_e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s);
rao_status rao_simplex_m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s);
/* u F^-1 v of k classes: the covariance of u_X and v_X in p_1..p_{k-1} (and in eta, which they are); its inverse in natural coordinates; in logits that of what
 * adding a constant leaves alone. */
double rao_simplex_bound(const rao_family *f, const double *s, const double *u, const double *v);
double rao_simplex_bound_natural(const rao_family *f, const double *s, const double *u, const double *v);
double rao_simplex_bound_logits(const rao_family *f, const double *s, const double *u, const double *v);
int64_t rao_draw_class(rao_draws *d, const double *p, int64_t k);

#define RAO_FAMILIES(each)                                                                                                                 \
    each(normal) each(isotropic_normal) each(diagonal_normal) each(lognormal) each(exponential) each(gamma) each(inverse_gamma) each(beta) \
        each(dirichlet) each(bernoulli) each(binomial) each(geometric) each(geometric0) each(negative_binomial) each(poisson)              \
            each(categorical) each(multinomial) each(weibull) each(gumbel) each(cauchy) each(student_t) each(laplace) each(logistic)       \
                each(rayleigh) each(pareto) each(inverse_gaussian) each(von_mises) each(uniform) each(mvn) each(wishart)                   \
                    each(normal_mixture3)
#define RAO_DECLARE(name) extern const family_table rao_table_##name;
RAO_FAMILIES(RAO_DECLARE)

#endif
