/* rao/family.h - families of probability distributions, and heads: families as the output layer of a model.
 *
 * All logarithms are natural, all information is in nats.
 */
#ifndef RAO_FAMILY_H
#define RAO_FAMILY_H

#include <rao/la.h>
#include <rao/num.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- families ------------------------------------------------------------------------------------------------ */

/* A family: a set of distributions with named charts (coordinate systems). A point is an array of doubles, its coordinates in a chart.
 * Chart 0 is the default. Matrices are in (mean, upper triangle row by row); an entry off the diagonal is one coordinate.
 * A family is immutable: any number of threads may share one. */
typedef struct rao_family rao_family;

/* One row of the registry. */
typedef struct rao_family_info {
    const char *name, *title;
    const char *charts;      /* "mu_sigma,mu_var": comma-separated, the default first */
    const char *fixed;       /* name of the quantity that is given with the family and not a coordinate ("n", "nu"), or NULL */
    const char *dimension;   /* what `dimension` counts ("classes", "dimension of x"), or NULL when there is none to choose */
    int64_t least_dimension; /* 0 when there is none to choose */
    int discrete, exponential, regular;
} rao_family_info;

/* Row `index` of the registry, NULL behind the last. */
RAO_API const rao_family_info *rao_family_list(int64_t index);

typedef struct rao_fixed {
    const char *name;
    double value;
} rao_fixed;

typedef struct rao_family_opts {
    size_t size;            /* set by rao_family_opts_init */
    int64_t dimension;      /* 0: the family's least */
    const rao_fixed *fixed; /* the family's fixed quantity, named */
    int64_t fixed_count;
} rao_family_opts;

#define rao_family_opts_init(o) rao_family_opts_init_sized((o), sizeof *(o))
RAO_API void rao_family_opts_init_sized(rao_family_opts *opts, size_t size);

/* A family by name; `opts` may be NULL. EINVAL: unknown name (the nearest is given), a fixed quantity missing or unknown, a dimension
 * below the least; EDOMAIN: a fixed quantity out of its range. */
RAO_API rao_status rao_family_create(rao_ctx *ctx, const char *name, const rao_family_opts *opts, rao_family **family);
/* The mixture of `count` families with observations of one kind (not mixtures themselves; copied, they may be destroyed). One chart, "components":
 * the weights w_1..w_k (its tangent takes w_1..w_{k-1}), then every component's coordinates in its default chart. Its quantities are
 * quadratures on a line, sums over counts and classes, and averages over draws (with their error) in several variables. */
RAO_API rao_status rao_family_mixture(rao_ctx *ctx, int64_t count, const rao_family *const *components, rao_family **family);

/* -- a family of one's own: a density as an expression, as a function of dual numbers, or as a function with its score -- */

/* A coordinate and the open interval that it lies in. */
typedef struct rao_coordinate {
    const char *name;
    double low, high;
} rao_coordinate;

/* *log_density = log p(x) at the coordinates p; with dual coordinates its derivatives come along. -inf where the density is 0. */
typedef rao_status rao_density_dual(rao_ctx *ctx, void *arg, const rao_dual *p, const double *x, rao_dual *log_density);
/* *log_density = log p(x), and where score is not NULL score[i] = d log p(x) / dp_i. */
typedef rao_status rao_density_scored(rao_ctx *ctx, void *arg, const double *p, const double *x, double *log_density, double *score);
/* One draw into x[0..dimension-1], from the uniforms rao_uniform_at(stream, 0, i) (or the normals rao_normal_at(stream, 1, i)), i = 0, 1, ... */
typedef rao_status rao_density_draw(rao_ctx *ctx, void *arg, const double *p, rao_stream stream, double *x);

/* Names and texts are copied; `arg` is not, and the functions are called from any thread. Exactly one of density, log_density, dual and scored is given. */
typedef struct rao_family_definition {
    size_t size;      /* set by rao_family_definition_init: dimension 1, the name "own", all else 0 */
    const char *name; /* in sentences */
    const rao_coordinate *coordinates;
    int64_t coordinate_count;
    const char *density, *log_density; /* expressions (rao/expr.h) of the coordinates and of x, or of x_1..x_d */
    rao_density_dual *dual;            /* at most RAO_DUAL_MAX coordinates */
    rao_density_scored *scored;
    rao_density_draw *draw; /* needed in several variables; NULL: by inversion */
    void *arg;
    int64_t dimension;      /* numbers in an observation */
    int discrete;           /* observations are whole numbers */
    int unnormalised;       /* the density is divided by its integral: one variable only, a quadrature for every point */
    const char *low, *high; /* ends of the support, expressions of the coordinates; NULL: unbounded */
} rao_family_definition;

#define rao_family_definition_init(d) rao_family_definition_init_sized((d), sizeof *(d))
RAO_API void rao_family_definition_init_sized(rao_family_definition *definition, size_t size);

/* The family of a density. One chart, "own": the coordinates. Everything that needs no closed form is answered: log density, score (of an expression and of
 * dual numbers exact), entropy, KL and its derivatives, every form of the Fisher matrix, draws, maximum likelihood; by quadrature and sums in one variable,
 * by averages over draws in several. Where the support moves with the coordinates and the density does not vanish there, the Fisher matrix is refused.
 * A point is examined once for where its mass lies: about a thousand evaluations. A density that was given as normalised and whose integral is another
 * number than 1 is refused by every quantity (EDOMAIN, the sentence tells the integral): one more integral a point, in a batch for the first 64 points and
 * then for every 64th. ENUMERIC: its mass lies beyond the doubles, and more is
 * asked than the density at one x. EINVAL: none or several densities, an expression that is none (its
 * column named), names that repeat or are no identifiers, too many coordinates for dual, no draw in several variables. rao_family_check tells whether
 * the density keeps its word. */
RAO_API rao_status rao_family_define(rao_ctx *ctx, const rao_family_definition *definition, rao_family **family);

RAO_API void rao_family_destroy(rao_family **family);

RAO_API const rao_family_info *rao_family_describe(const rao_family *family);
RAO_API int64_t rao_family_dimension(const rao_family *family);
RAO_API double rao_family_fixed(const rao_family *family); /* value of the fixed quantity; 0 when the family has none */
/* Numbers in one observation x: 1, the dimension of x, or the classes of a multinomial. */
RAO_API int64_t rao_family_observation(const rao_family *family);

RAO_API int64_t rao_family_chart_count(const rao_family *family);
RAO_API const char *rao_family_chart_name(const rao_family *family, int64_t chart);
/* NULL or "" is the default chart. EINVAL with the nearest name. */
RAO_API rao_status rao_family_chart_index(rao_ctx *ctx, const rao_family *family, const char *name, int64_t *chart);
/* Numbers of a point in a chart; of its tangent vectors and of a side of its matrices. They differ where a point is a whole probability
 * vector p_1..p_k and its matrices are in p_1..p_{k-1}. */
RAO_API int64_t rao_family_coords(const rao_family *family, int64_t chart);
RAO_API int64_t rao_family_tangent(const rao_family *family, int64_t chart);
enum { RAO_COORD_NAME = 40 };
/* The name of tangent coordinate j: "mu", "sigma_2", "cov_1_2". EINVAL out of range. */
RAO_API rao_status rao_family_coord_name(rao_ctx *ctx, const rao_family *family, int64_t chart, int64_t j, char name[RAO_COORD_NAME]);
/* The name of number j of a point, j < rao_family_coords: of all p_1..p_k where the tangent has one less. */
RAO_API rao_status rao_family_point_name(rao_ctx *ctx, const rao_family *family, int64_t chart, int64_t j, char name[RAO_COORD_NAME]);

/* How a number was reached. */
typedef enum rao_method {
    RAO_CLOSED = 0,
    RAO_SERIES,
    RAO_QUADRATURE,
    RAO_MONTE_CARLO,
    RAO_EMPIRICAL,
    RAO_KL_HESSIAN,
    RAO_ITERATION
} rao_method;
RAO_API const char *rao_method_name(rao_method method); /* "closed form", "series", "quadrature", "monte carlo", ... */

typedef struct rao_quality {
    rao_method method;
    double error; /* estimate of the absolute error beyond rounding; 0 for closed forms and series summed to rounding */
} rao_quality;

/* An array of points or observations: item i at data + i * stride. Stride 0: one for all. */
typedef struct rao_points {
    const double *data;
    int64_t stride;
} rao_points;
static inline rao_points rao_points_of(const double *data, int64_t stride) {
    rao_points p;
    p.data = data, p.stride = stride;
    return p;
}

typedef enum rao_quantity {
    RAO_LOGPDF = 0,     /* log p(x): x                                      -inf outside the support */
    RAO_SCORE,          /* d log p(x) / d(coordinates of p): x              tangent */
    RAO_ENTROPY,        /* -E log p */
    RAO_CROSS_ENTROPY,  /* -E_p log q: q */
    RAO_KL,             /* KL(p : q) = E_p log p/q: q */
    RAO_KL_GRADIENT,    /* d KL(p : q) / d(coordinates of q): q             tangent */
    RAO_FISHER,         /* E score score^T                                  tangent x tangent */
    RAO_STATISTIC,      /* T(x) of an exponential family: x                 order */
    RAO_NATURAL,        /* theta                                            order */
    RAO_EXPECTATION,    /* eta = E T(x)                                     order */
    RAO_LOG_PARTITION,  /* F(theta) = log int h exp(theta . T) */
    RAO_DUAL_POTENTIAL, /* sup over theta' of theta' . eta(p) - F(theta') */
    RAO_BREGMAN,        /* B_F(theta_p : theta_q) = KL(q : p): q */
    RAO_KL_HESSIAN_AT,  /* d^2 KL(p : q) / d(coordinates of q)^2: q         tangent x tangent; the Fisher matrix at q = p */
    RAO_FISHER_DET,     /* det of the Fisher matrix; 0 where the chart has more coordinates than the family dimensions */
    RAO_QUANTITIES
} rao_quantity;
RAO_API const char *rao_quantity_name(rao_quantity quantity); /* "logpdf", "score", "entropy", ... */
/* EINVAL with the nearest name. */
RAO_API rao_status rao_quantity_index(rao_ctx *ctx, const char *name, rao_quantity *quantity);

/* The shape of an answer: a number; a tangent vector or a matrix over it, in the coordinates of the chart; as many numbers as an exponential
 * family has natural coordinates; a point in the chart; a complex number (real and imaginary part); a lower and an upper bound; arrays with three and
 * four indices over the tangent, the last running fastest. */
typedef enum rao_shape {
    RAO_SCALAR = 0,
    RAO_TANGENT,
    RAO_MATRIX,
    RAO_ORDER,
    RAO_POINT,
    RAO_COMPLEX,
    RAO_INTERVAL,
    RAO_TENSOR3,
    RAO_TENSOR4
} rao_shape;
RAO_API rao_shape rao_quantity_shape(rao_quantity quantity);
/* What a quantity takes besides p: a sum of these. */
enum { RAO_TAKES_Q = 1, RAO_TAKES_X = 2, RAO_TAKES_T = 4, RAO_TAKES_VELOCITY = 8, RAO_TAKES_ORDER = 16, RAO_TAKES_ALPHA = 32 };
RAO_API int rao_quantity_takes(rao_quantity quantity);
/* theta . T = sum over j of w_j theta_j T_j: 2 for the entries of a matrix off the diagonal (each stands for two), else 1. */
RAO_API double rao_family_pairing_weight(const rao_family *family, int64_t j);
/* Numbers of one answer: 1, the tangent, its square, or the order of the exponential family (0 when the family is none). */
RAO_API int64_t rao_family_answer(const rao_family *family, int64_t chart, rao_quantity quantity);

typedef struct rao_family_args {
    size_t size; /* set by rao_family_args_init: n = 1, chart 0, all else NULL */
    int64_t chart, n;
    rao_points p, q, x;
    int method;        /* a rao_method that is asked for (RAO_FISHER), or -1: the best there is */
    rao_stream stream; /* draws of a Monte Carlo answer */
    int64_t samples;   /* of a Monte Carlo answer, 0: 100000 */
    rao_status
        *each; /* NULL: the first failing item fails the call. Else the status of every item; a failing item leaves its answer alone */
    rao_quality *quality; /* NULL, or how each answer was reached */
    rao_points t;         /* places on a path, one number each */
    rao_points velocity;  /* tangent vectors at p, in the chart */
    double order;         /* of a divergence, NaN: not given */
    rao_points data;      /* observations of an empirical Fisher matrix, data_count of them, with weights or NULL */
    int64_t data_count;
    const double *data_weights;
    int normalised;      /* nonzero: a prior that integrates to one */
    double alpha;        /* of an alpha-connection, NaN: not given */
    const double *plane; /* of a sectional curvature: two tangent vectors in the chart, one behind the other, for all points; or NULL */
} rao_family_args;

#define rao_family_args_init(a) rao_family_args_init_sized((a), sizeof *(a))
RAO_API void rao_family_args_init_sized(rao_family_args *args, size_t size);

/* Any quantity of any family over a batch: answer i into out + i * stride (stride >= rao_family_answer). Runs on the context's threads.
 * EINVAL: missing p, q or x; EDOMAIN: a point outside the family (coordinate, value and range named), a quantity that the mathematics does not
 * define; EUNABLE: a quantity of exponential families asked of another. Infinities are answers (KL of Bernoulli 1/2 and 0), NaN never is. */
RAO_API rao_status rao_family_eval(rao_ctx *ctx, const rao_family *family, rao_quantity quantity, const rao_family_args *args, double *out,
                                   int64_t stride);

/* One point, for the common questions. */
RAO_API rao_status rao_family_logpdf(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, const double *x,
                                     double *value);
RAO_API rao_status rao_family_score(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, const double *x, double *score);
RAO_API rao_status rao_family_entropy(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, double *value);
RAO_API rao_status rao_family_kl(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, const double *q, double *value);
RAO_API rao_status rao_family_fisher(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, double *fisher);

/* The same distribution in another chart. `jacobian` (may be NULL) = d(from) / d(to), tangent(from) x tangent(to): F_to = J^T F_from J.
 * EUNABLE where one of the charts has more coordinates than the family has dimensions (categorical.logits as `from`). */
RAO_API rao_status rao_family_convert(rao_ctx *ctx, const rao_family *family, int64_t from, const double *p, int64_t to, double *out,
                                      double *jacobian);

/* The smallest interval that holds all mass of a univariate family's member; EUNABLE for several variables. */
RAO_API rao_status rao_family_support(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, double *low, double *high);

/* n draws into x + i * stride; draw number first + i of (stream, step) is the same in every call. */
RAO_API rao_status rao_family_sample(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, rao_stream stream,
                                     uint64_t step, int64_t first, int64_t n, double *x, int64_t stride);

/* The maximum likelihood estimate from n observations with weights (NULL: 1) in a chart's coordinates. standard_error (may be NULL): square roots of the
 * diagonal of (W F)^-1 at the estimate, W the sum of the weights; log_likelihood (may be NULL): weighted sum of log p(x_i).
 * EDOMAIN: an observation outside every support (row named), a likelihood without maximum (reason given); ENUMERIC: no convergence. */
RAO_API rao_status rao_family_mle(rao_ctx *ctx, const rao_family *family, int64_t chart, int64_t n, rao_points x, const double *weights,
                                  double *p, double *standard_error, double *log_likelihood);

/* How it is reached: a closed form, or an iteration to rounding (Fisher scoring, Newton). */
RAO_API rao_method rao_family_mle_method(const rao_family *family);

/* The Cramer-Rao bound: the variance of an unbiased estimator from n observations. */
typedef struct rao_bound_opts {
    size_t size; /* set by rao_bound_opts_init */
    double n;    /* observations: 1 */
    const char
        *target; /* an expression g of the numbers of a point (p_k too, which follows from the others); NULL: the coordinates themselves */
    const char *bias;  /* an expression b: the bias that the estimator of g has; NULL: none */
    rao_stream stream; /* of a Fisher matrix over draws */
    int64_t samples;
} rao_bound_opts;
#define rao_bound_opts_init(o) rao_bound_opts_init_sized((o), sizeof *(o))
RAO_API void rao_bound_opts_init_sized(rao_bound_opts *opts, size_t size);

/* Without a target bounds = (n F)^-1, tangent x tangent; every coordinate is a nuisance to the others. With one *bounds = J (n F)^-1 J^T, J = d(g + b)/dc, and
 * *mse (may be NULL) = *bounds + b^2, the bound of the mean squared error. Where F is singular, INFINITY for what does not lie in its range. `opts` and
 * `quality` may be NULL. A coordinate "2.mu" of a mixture is c2_mu in expressions. EINVAL: no expression (column named), a bias without a target; EDOMAIN:
 * no Fisher matrix, n not positive; ENUMERIC: F is not singular, but its inverse has no digits. 1e-12 relative where families know the inverse (gamma, beta,
 * Dirichlet, classes, normals, Wishart), whatever the condition of F. O(tangent^3). Source: Rao 1945, Cramer 1946; singular F: Stoica and Marzetta 2001. */
RAO_API rao_status rao_family_cramer_rao(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, const rao_bound_opts *opts,
                                         double *bounds, double *mse, rao_quality *quality);

/* What rao_family_check found at a point. */
typedef struct rao_family_report {
    double mass, mass_error; /* of the density; the error is infinite in several variables, where the mass is not looked at */
    double
        score_gap; /* between the score and differences of log p, relative to 1 + it in standard units; of a tenth of the draws it may be more */
    double score_mean; /* largest |E s_i| / sqrt(E s_i^2) */
    double fisher_gap; /* largest |E s_i s_j + E d^2 log p/dp_i dp_j| in standard units, the second derivative almost everywhere */
    int integrates, scores_agree, scores_centred, forms_agree, sound; /* sound: all four */
    char sentence[400];
} rao_family_report;

/* Does the family keep its word at p: the density integrates to one, the score is the derivative of log p, has mean zero, and both forms of the Fisher matrix
 * agree? In one variable by quadrature, in several by 100000 draws at five standard errors. A density with a kink (Laplace) is told as such: its Fisher matrix
 * is the score form. EUNABLE: a chart whose coordinates are not free. ENUMERIC: the mass or the averages were not reached, because mass lies beyond the doubles
 * or closer to an end of the support than they do; that is no verdict. EDOMAIN: p lies at an edge, with no neighbours on both sides of a coordinate. */
RAO_API rao_status rao_family_check(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, rao_family_report *report);

/* ---- heads --------------------------------------------------------------------------------------------------- */

/* A head is (family, chart). Row i of z holds the coordinates of one distribution, row i of y one observation of it, and every
 * function below works over the rows of a batch. float and double come from one template: all arrays of one call share a dtype.
 *
 *   name (and its alias)                        outputs z                          observation y          rank
 *   categorical (categorical.logits), k >= 2    k logits, p = softmax(z)           1: the class 0..k-1    k - 1
 *   bernoulli (bernoulli.logit)                 k logits, p = logistic(z)          k values in [0, 1]     k
 *   poisson (poisson.natural)                   k log rates, lambda = exp(z)       k counts               k
 *   normal, normal:var=0.25                     k means, one given variance        k reals                k
 *   normal.mu_logvar                            mu_1..mu_k, log var_1..log var_k   k reals                2k
 *
 * A bernoulli observation strictly between 0 and 1 stands for the cross-entropy y log p + (1 - y) log(1 - p) (no density: it does not
 * integrate to one). Everything is computed in the log domain: logits of 1e4 and log variances of 80 lose nothing; a NaN in z gives NaN.
 *
 * Shapes are checked first (EINVAL, both ends named), so a failing call has written nothing. Outputs may not overlap inputs.
 * Views may have ld > cols. Work is split over the threads of the context into blocks that depend on the shape alone.
 */

/* Immutable once created: any number of threads may share one. */
typedef struct rao_head rao_head;

/* A head by name for k classes or coordinates. EINVAL: unknown name (the nearest is given), option out of range, k too small. */
RAO_API rao_status rao_head_create(rao_ctx *ctx, const char *name, int64_t k, rao_head **head);
RAO_API void rao_head_destroy(rao_head **head);

/* The name that creates this head again: "categorical", "normal:var=0.25". Borrowed. */
RAO_API const char *rao_head_name(const rao_head *head);
RAO_API int64_t rao_head_outputs(const rao_head *head); /* columns of z */
RAO_API int64_t rao_head_targets(const rao_head *head); /* columns of y */
RAO_API int64_t rao_head_rank(const rao_head *head);    /* rank of the Fisher matrix = columns of its root R */
RAO_API int rao_head_is_classifier(const rao_head *head);

/* Are these observations of the head? EDOMAIN names row, column, value and what is allowed. The functions below do not look again,
 * except at class indices, which address memory. O(N m). */
RAO_API rao_status rao_head_check(rao_ctx *ctx, const rao_head *head, const rao_mat *y);

/* nll_i = -log p(y_i | z_i) in nats, summed over the coordinates of the case, constants included. */
RAO_API rao_status rao_head_nll(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, rao_vec *nll);
/* Row i of g = d(-log p(y_i | z_i)) / dz_i. */
RAO_API rao_status rao_head_score(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, rao_mat *g);
/* Both in one pass. With a weight vector row i of g is multiplied by weight_i; nll is not. */
RAO_API rao_status rao_head_nll_score(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, const rao_vec *weight,
                                      rao_vec *nll, rao_mat *g);

/* Row i of out = (d^2(-log p(y_i | z_i)) / dz_i^2) v_i. In natural coordinates this is the Fisher matrix and y is not read. */
RAO_API rao_status rao_head_hessian_apply(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, const rao_mat *v,
                                          rao_mat *out);
/* Row i of out = F(z_i) v_i, F = E[score score^T]. */
RAO_API rao_status rao_head_fisher_apply(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *v, rao_mat *out);
/* Column `column` of R(z_i), R R^T = F(z_i), into row i of r (outputs wide): what is propagated back for the exact Fisher matrix.
 * Categorical: R = diag(s) Q, s = sqrt(p), Q the columns of a Householder reflection that are orthogonal to s; a column costs the whole softmax. */
RAO_API rao_status rao_head_fisher_root(rao_ctx *ctx, const rao_head *head, const rao_mat *z, int64_t column, rao_mat *r);
/* Row i of out (rank wide) = R(z_i)^T v_i. */
RAO_API rao_status rao_head_fisher_root_t(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *v, rao_mat *out);

/* kl_i = KL(z0_i : z1_i) = E_z0[log p(y | z0) - log p(y | z1)], free of cancellation when the two are close. */
RAO_API rao_status rao_head_kl(rao_ctx *ctx, const rao_head *head, const rao_mat *z0, const rao_mat *z1, rao_vec *kl);

/* Row i of y is drawn from z_i. Case number first_case + i of (stream, step) is the same draw in every batch that holds it. */
RAO_API rao_status rao_head_sample(rao_ctx *ctx, const rao_head *head, const rao_mat *z, rao_stream stream, uint64_t step,
                                   int64_t first_case, rao_mat *y);

/* Row i of mean = E[y | z_i]: k class probabilities, k probabilities, rates or means. */
RAO_API rao_status rao_head_mean(rao_ctx *ctx, const rao_head *head, const rao_mat *z, rao_mat *mean);
/* Classifier: the number of cases whose largest output (the first of several) is the observed class. Else sum of |y_i - mean_i|^2. */
RAO_API rao_status rao_head_errors(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, double *value);

#ifdef __cplusplus
}
#endif
#endif
