/* rao/manifold.h - families as manifolds: what follows from two of their points, and from the metric.
 *
 * Questions are put over batches as in rao/family.h: rao_family_args carries the points, and what a quantity takes is said beside it.
 * Logarithms are natural, information is in nats, and p comes first: a divergence D(p : q) is not symmetric unless said.
 */
#ifndef RAO_MANIFOLD_H
#define RAO_MANIFOLD_H

#include <rao/family.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Quantities of this room; they go on where those of rao_quantity end, so one number names any quantity. */
typedef enum rao_manifold_quantity {
    RAO_JEFFREYS_DIVERGENCE = 256, /* KL(p : q) + KL(q : p): q */
    RAO_RENYI,                     /* log int p^a q^(1-a) / (a - 1), KL(p : q) at a = 1: q, order a >= 0 */
    RAO_TSALLIS,                   /* (int p^a q^(1-a) - 1) / (a - 1), KL(p : q) at a = 1: q, order a >= 0 */
    RAO_ALPHA_DIVERGENCE,          /* 4/(1 - a^2) (1 - int p^((1-a)/2) q^((1+a)/2)), KL(p : q) at a = -1, KL(q : p) at a = 1: q, order a */
    RAO_BHATTACHARYYA,             /* -log int sqrt(pq): q */
    RAO_HELLINGER,                 /* sqrt(1 - int sqrt(pq)): q */
    RAO_CHERNOFF_INFORMATION,      /* max over 0 <= a <= 1 of -log int p^a q^(1-a): q */
    RAO_CHERNOFF_ALPHA,            /* the a of that maximum, the exponent of p: q; EDOMAIN for disjoint supports */
    RAO_JENSEN_SHANNON,            /* (KL(p : m) + KL(q : m))/2, m = (p + q)/2, at most log 2: q */
    RAO_TOTAL_VARIATION,           /* half of int |p - q|: q */
    RAO_E_GEODESIC,                /* the point at (1 - t) theta_p + t theta_q: q, t */
    RAO_M_GEODESIC,                /* the point at (1 - t) eta_p + t eta_q: q, t */
    RAO_FISHER_RAO_DISTANCE,       /* length of the shortest path in the Fisher metric: q */
    RAO_FISHER_RAO_GEODESIC,       /* its point at t, p at 0 and q at 1: q, t                  point */
    RAO_EXP_MAP,                   /* the point that the geodesic with a velocity at p reaches at time 1: velocity    point */
    RAO_LOG_MAP,                   /* the velocity at p with which it reaches q at time 1: q   tangent */
    RAO_FISHER_RAO_BOUNDS,         /* max(2 acos int sqrt(pq), Calvo-Oller's of mvn); root-Jeffreys or less, or INFINITY: q     interval */
    RAO_HALF_PLANE,                /* sqrt(A/B) x + i s of a metric (A dx^2 + B ds^2)/s^2      complex */
    RAO_DISC,                      /* (z - i)/(z + i) of that z                                complex */
    RAO_JEFFREYS_PRIOR,            /* sqrt det F in the chart; divided by the volume where args.normalised */
    RAO_WASSERSTEIN2,              /* the distance W_2, cost |x - y|^2: q */
    RAO_WASSERSTEIN_GEODESIC,      /* its point at t in [0, 1]: q, t                           point */
    RAO_WASSERSTEIN_INFORMATION,   /* the metric of W_2: int dQ_i dQ_j du, Bures for mvn       tangent x tangent */
    RAO_AMARI_CHENTSOV,            /* T_ijk = E s_i s_j s_k                                    tensor3 */
    RAO_CHRISTOFFEL,               /* [i][j][k] = Gamma^i_jk of the Fisher metric              tensor3 */
    RAO_ALPHA_CHRISTOFFEL,         /* Gamma^i_jk - alpha/2 g^il T_ljk (1: the e-connection, -1: the m-connection): alpha    tensor3 */
    RAO_RIEMANN,                   /* R_ijkl = g(R(d_k, d_l) d_j, d_i); of the alpha-connection where args.alpha is given    tensor4 */
    RAO_SECTIONAL_CURVATURE,       /* g(R(X, Y) Y, X)/area^2 of args.plane, in two dimensions R_1212/det g; args.alpha as above */
    RAO_SCALAR_CURVATURE,          /* g^ik g^jl R_ijkl, twice the sectional one in two dimensions; args.alpha as above */
    RAO_ALPHA_CURVATURE,           /* the sectional curvature of the alpha-connection: alpha, args.plane */
    RAO_PARALLEL_TRANSPORT,        /* the velocity at p, carried in parallel along the Fisher-Rao geodesic to q: q, velocity    tangent */
    RAO_ALPHA_GEODESIC,            /* the point at t of the alpha-connection's geodesic, p at 0 and q at 1: q, t, alpha    point */
    RAO_MANIFOLD_QUANTITIES
} rao_manifold_quantity;

/* The functions below take a rao_quantity or a rao_manifold_quantity. */

/* Number `index` of all quantities, those of families first; -1 behind the last. */
RAO_API int rao_manifold_list(int64_t index);
RAO_API const char *rao_manifold_name(int quantity);
/* EINVAL with the nearest name. */
RAO_API rao_status rao_manifold_find(rao_ctx *ctx, const char *name, int *quantity);
RAO_API rao_shape rao_manifold_shape(int quantity);
RAO_API int rao_manifold_takes(int quantity); /* RAO_TAKES_... */
/* Numbers of one answer. */
RAO_API int64_t rao_manifold_answer(const rao_family *family, int64_t chart, int quantity);

/* Any quantity of any family over a batch: answer i into out + i * stride (stride >= rao_manifold_answer). Runs on the context's threads.
 * Statuses as of rao_family_eval. */
RAO_API rao_status rao_manifold_eval(rao_ctx *ctx, const rao_family *family, int quantity, const rao_family_args *args, double *out,
                                     int64_t stride);

/* ---- volumes -------------------------------------------------------------------------------------------------------- */

/* Is the Jeffreys prior proper, its integral finite? EUNABLE where that is not known (mixtures, families made by the caller); EDOMAIN: not regular. */
RAO_API rao_status rao_jeffreys_proper(rao_ctx *ctx, const rao_family *family, int *proper);
/* The integral of sqrt det F over the whole family (low = high = NULL) or over the box low[j] < c_j < high[j] of a chart, INFINITY where it diverges. Closed
 * for whole families, intervals of one-parameter families and boxes of charts in which sqrt det F is a product of powers; else by quadrature in one and two
 * coordinates, in logarithms where a side spans decades. `proper` (finite) and `quality` may be NULL. EINVAL; EDOMAIN: the box leaves the family, or its volume
 * is finite and no double; EUNABLE: more coordinates; ENUMERIC: not reached. */
RAO_API rao_status rao_jeffreys_volume(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *low, const double *high,
                                       double *volume, int *proper, rao_quality *quality);

/* ---- centroids -------------------------------------------------------------------------------------------------- */

typedef enum rao_centroid_kind {
    RAO_CENTROID_LEFT = 0,  /* argmin over c of sum w_i KL(c : p_i): the mean in theta where there is one */
    RAO_CENTROID_RIGHT,     /* argmin of sum w_i KL(p_i : c): the mean in eta where there is one */
    RAO_CENTROID_SYMMETRIC, /* argmin of the sum of both, to rounding */
    RAO_CENTROID_FRECHET,   /* argmin of sum w_i d(c, p_i)^2, Fisher-Rao, where geodesics are known: one, of mvn a nearby one */
    RAO_CENTROID_BURES      /* argmin of sum w_i W_2(c, p_i)^2: mvn and the families that are closed under transport */
} rao_centroid_kind;

/* The centre of n points of a chart under weights (NULL: equal; they need not sum to one) into c, in the chart. The first three kinds: exponential families,
 * families of location and scale and Weibull, by Newton's method (of Student's t with nu > 1 the right one alone, with nu < 1 none: there may be several minima), and uniform. EINVAL; EDOMAIN:
 * a point outside the family, a weight < 0 or all 0, every divergence infinite; EUNABLE: another family; ENUMERIC: the search stopped, or the sum is flat. O(n) states of memory. */
RAO_API rao_status rao_centroid(rao_ctx *ctx, const rao_family *family, rao_centroid_kind kind, int64_t chart, int64_t n, rao_points points,
                                const double *weights, double *c, rao_quality *quality);

/* ---- projections ------------------------------------------------------------------------------------------------ */

typedef enum rao_projection {
    RAO_M_PROJECTION = 0, /* argmin over s in S of KL(p : s) */
    RAO_E_PROJECTION      /* argmin over s in S of KL(s : p): exponential families */
} rao_projection;

/* A set S: points of a chart some of whose coordinates are held (a fixed mean, a sub-family), or independence: groups of the coordinates of a
 * multivariate normal's x, or the axes of a table whose classes are categorical (first axis slowest). */
typedef struct rao_onto {
    size_t size;   /* set by rao_onto_init: all else 0 */
    int64_t chart; /* with as many coordinates as the family has dimensions */
    const unsigned char *held;
    const double *value; /* one for each coordinate; those not held are not read */
    int64_t block_count; /* > 0: independence */
    const int64_t *block;
} rao_onto;
#define rao_onto_init(o) rao_onto_init_sized((o), sizeof *(o))
RAO_API void rao_onto_init_sized(rao_onto *onto, size_t size);

typedef struct rao_projection_info {
    rao_quality quality;
    double divergence; /* KL(p : s) or KL(s : p) at the projection s */
    /* With a reference r of S: KL(p : r) - KL(p : s) - KL(s : r), or KL(r : p) - KL(r : s) - KL(s : p); 0 (to rounding) where Pythagoras' theorem
     * holds: m onto e-flat S (affine in theta), e onto m-flat S (affine in eta). */
    double defect;
} rao_projection_info;

/* The projection of p into `point`, both in `chart`. `reference` (a point of S in the chart) and `info` may be NULL. EINVAL; EDOMAIN: p or the reference
 * outside the family, the reference not in S; EUNABLE: e-projection of another family, independence of another family or of a table
 * under the e-projection; ENUMERIC: the search stopped. Where S is not flat the minimum found is the one that p is followed to. */
RAO_API rao_status rao_project(rao_ctx *ctx, const rao_family *family, rao_projection kind, int64_t chart, const double *p,
                               const rao_onto *onto, const double *reference, double *point, rao_projection_info *info);

/* KL of p to its m-projection onto independence of `onto` (blocks): the mutual information of two groups, the total correlation of more. mvn: the blocks are
 * groups of coordinates; categorical: the axes of a table. Relative accuracy also near independence. Closed form; O(d^3), O(classes axes). Statuses
 * as of rao_project. */
RAO_API rao_status rao_mutual_information(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, const rao_onto *onto,
                                          double *value);

/* ---- Markov morphisms --------------------------------------------------------------------------------------------- */

/* A kernel K between finite sets: row i is the law of the output when the input is i. It carries a categorical p into p K, and no quantity that
 * statistics should know can grow on the way (N. N. Chentsov 1972; L. L. Campbell 1986): the Fisher metric is, up to a factor, the only metric that never
 * does. A kernel is immutable: any number of threads may share one. */
typedef struct rao_markov rao_markov;

/* `kernel`: rows x columns, row-major, copied. Rows are held to the rule of categorical points: entries in [0, 1], a sum within 1e-12 columns of 1, by
 * which they are divided. EINVAL: rows or columns < 1; EDOMAIN names the row and what is off, by how much. */
RAO_API rao_status rao_markov_create(rao_ctx *ctx, int64_t rows, int64_t columns, const double *kernel, rao_markov **markov);
RAO_API void rao_markov_destroy(rao_markov **markov);
RAO_API int64_t rao_markov_rows(const rao_markov *markov);
RAO_API int64_t rao_markov_columns(const rao_markov *markov);
/* Nonzero for a congruent embedding: every output comes from one input alone (a column has at most one entry above zero), so the output tells what
 * the input was and nothing is lost: distances and divergences are kept, to rounding. */
RAO_API int rao_markov_congruent(const rao_markov *markov);
/* n categorical points of `rows` probabilities: out_j = sum over i of p_i K_ij into out + item * stride (stride >= columns where n > 1). All terms are
 * >= 0: each entry is right to (rows + 2) roundings, however small (down to the subnormals). EDOMAIN: the item, and what is off in it. */
RAO_API rao_status rao_markov_pushforward(rao_ctx *ctx, const rao_markov *markov, int64_t n, rao_points p, double *out, int64_t stride);

#ifdef __cplusplus
}
#endif
#endif
