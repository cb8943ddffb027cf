/* rao/fisher.h - the Fisher information matrix of a network, in several representations behind rao_op.
 *
 *   F(w) = sum_i share_i E_{y ~ p(. | x_i, w)} [s s^T],   s = d log p(y | x_i, w) / dw,   share_i = weight_i / sum of weights:
 *
 * the mean over the cases of a batch of the Fisher matrix of one case. It does not depend on how the batch is summed in a loss.
 *
 * Flavours (never mixed in one object; Kunstner, Balles & Hennig 2019 say why it matters)
 *   true       the exact expectation over the head: F = sum_i share_i J_i^T F_head(z_i) J_i, by one backward pass a column of the head's Fisher root
 *   sampled    targets drawn from the model: unbiased, `samples` draws a case
 *   empirical  targets of the data: not a curvature; equal to the true one only in expectation at the true parameters
 *
 * Representations, k parameters, n cases, r columns (the rank of the head, the draws, or 1)
 *   dense      the k x k matrix                                   k^2 numbers, n k^2 flops
 *   diagonal   its diagonal                                       k numbers
 *   kfac       a Kronecker product G (x) A a layer, A = E[a a^T], G = E[g g^T] (Martens & Grosse 2015); exact block for one case or constant inputs
 *   ekfac      the eigenbasis of kfac with the exact second moments in it (George et al. 2018)
 *   gram       exact, through the n r x n r matrix of inner products K = sum over layers of (a a^T) * (g g^T) (Woodbury); needs n r < k to pay
 *   implicit   exact products by jvp, head, vjp; solves by conjugate gradients preconditioned by kfac
 *
 * The damped operator is F + damping I, but for kfac (G + (gamma / pi) I) (x) (A + pi gamma I) with gamma = sqrt(damping) and
 * pi = sqrt((tr A / dim A) / (tr G / dim G)) (Martens & Grosse 2015, section 6.3).
 *
 * With renew = 1 every query of an object speaks of one damped operator. With renew > 1, as in training, solve, sample and logdet of kfac
 * speak of each layer at its last renewal, apply, trace, power and eigenvalues of the present averages.
 */
#ifndef RAO_FISHER_H
#define RAO_FISHER_H

#include <rao/nn.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum rao_flavour { RAO_FISHER_TRUE = 0, RAO_FISHER_SAMPLED, RAO_FISHER_EMPIRICAL } rao_flavour;
RAO_API const char *rao_flavour_name(rao_flavour flavour);

typedef enum rao_precondition { RAO_PRECONDITION_KFAC = 0, RAO_PRECONDITION_NONE } rao_precondition;

/* In what kfac solves for a gradient given by its factors (rao_op_solve_outer). BF16: the three products of a layer in bfloat16 with sums in
 * float (rao_gemm_bf16), centred so that means stay in float: about twice the rate for a step that is off by 0.2 to 3 % in the metric's norm.
 * Every other query is float. EUNABLE in double and on a processor without AVX512-BF16. */
typedef enum rao_precision { RAO_PRECISION_FLOAT = 0, RAO_PRECISION_BF16 } rao_precision;

typedef struct rao_fisher_opts {
    size_t size;
    int flavour;        /* rao_flavour */
    int64_t samples;    /* draws a case, flavour sampled */
    int64_t seed;       /* of the draws */
    double decay;       /* kfac, ekfac: update t weighs the past by min(1 - 1/t, decay); 0: each update alone */
    int64_t renew;      /* kfac, ekfac: inverses and eigenbases every so many updates, staggered over the layers; 1: always */
    double tolerance;   /* implicit: residual at which conjugate gradients stop */
    int64_t iterations; /* implicit: at most */
    int precondition; /* implicit: rao_precondition of its conjugate gradients: kfac of the same batch, draws and flavour (2 sum (in^2 + out^2) numbers) */
    int truncate;  /* implicit: whether a solve that ran out of steps gives its last iterate (1) or is ENUMERIC (0) */
    int precision; /* rao_precision; kfac */
} rao_fisher_opts;
#define rao_fisher_opts_init(o) rao_fisher_opts_init_sized((o), sizeof *(o))
RAO_API void rao_fisher_opts_init_sized(rao_fisher_opts *opts, size_t size);
RAO_API const rao_option_table *rao_fisher_options(void);

typedef struct rao_fisher rao_fisher;

/* `representation`: dense | diagonal | kfac | ekfac | gram | implicit. Batches of up to max_cases. `opts` may be NULL.
 * EINVAL (unknown name: the nearest); EUNABLE: an operation without per-example factors (named), flavour sampled with a head that cannot draw;
 * ENOMEM, before anything is allocated, with the size and the limit: the machine's memory, or what its control group (a container) allows. */
RAO_API rao_status rao_fisher_create(rao_ctx *ctx, const rao_model *model, const char *representation, const rao_fisher_opts *opts,
                                     int64_t max_cases, rao_fisher **fisher);
RAO_API void rao_fisher_destroy(rao_fisher **fisher);

/* The exact representation (dense, gram, implicit) that an update and one solve cost least in, counted in flops and held to this machine's memory:
 * n cases, r columns, k parameters; dense n k^2 + k^3 / 3 (n r k^2 where n r cotangents of all units exceed F), gram (n r)^2 (widths) + (n r)^3 / 3,
 * implicit 8 n k and a solve of its preconditioner, 2 in out (in + out) a layer, an iteration. *name is a constant. */
RAO_API rao_status rao_fisher_cheapest(rao_ctx *ctx, const rao_model *model, const rao_fisher_opts *opts, int64_t cases, const char **name);

/* Sets F from the first `cases` cases (0: all) of the batch in `objective`, whose tape has RAO_TAPE_FACTORS (and RAO_TAPE_JVP for implicit), at w. `step` names the draws.
 * `fresh` = 0 says that the tape holds the forward pass at w already. The damping is kept. implicit borrows the objective and
 * its batch until the next update, and uses its tape in every product.
 * An argument that is refused (EINVAL; EDOMAIN: the weights of those cases sum to 0) leaves F as it was. A failure on the way (ENOMEM, EDOMAIN: a factor
 * that is not finite) leaves the object without a matrix, and what it averaged is forgotten. */
RAO_API rao_status rao_fisher_update(rao_ctx *ctx, rao_fisher *fisher, rao_objective *objective, const rao_vec *w, int64_t cases,
                                     uint64_t step, int fresh);

/* The operator, borrowed. Before an update, and after one that failed, every query is EINVAL. */
RAO_API rao_op *rao_fisher_op(rao_fisher *fisher);
/* Lets the coming query make the inverses of kfac anew, of the present averages under the present damping, whatever `renew` says. The others keep
 * nothing that depends on a damping. */
RAO_API void rao_fisher_renew(rao_fisher *fisher);
RAO_API const char *rao_fisher_name(const rao_fisher *fisher);
/* Of the representation, without the share of each case and its roots: three numbers a case. */
RAO_API int64_t rao_fisher_bytes(const rao_fisher *fisher);

/* What outlives an update: the averages of kfac and ekfac, their inverses or bases, the counts. With the damping and these vectors (writable views)
 * restored, an object goes on bit for bit. NULL and no view behind the last one. */
RAO_API const char *rao_fisher_state(rao_fisher *fisher, int64_t i, rao_vec *state);

/* What implicit's last solve did, whether it was answered or not. A solve is answered when |b - F x| <= tolerance |b|, or when no better x exists
 * in the dtype, |b - F x| <= 8 eps tr(F) |x|; else it is ENUMERIC with the residual in its sentence and x untouched, but for `truncate`,
 * for callers to whom the best x after so many steps is what they want (a truncated Newton step). */
RAO_API rao_status rao_fisher_cg_info(rao_ctx *ctx, const rao_fisher *fisher, rao_cg_info *info);
/* Effective dimension sum_j lambda_j / (lambda_j + damping) of the undamped spectrum (Gull 1989; MacKay 1992). */
RAO_API rao_status rao_effective_dimension(rao_ctx *ctx, const rao_vec *eigenvalues, double damping, double *value);

/* kfac, ekfac and diagonal, layer by layer, for logs: EUNABLE for the others, which do not speak of layers. */
typedef struct rao_fisher_layer {
    const char *name;
    double condition;                /* of the damped block: kfac in the 1-norm, else largest over smallest eigenvalue */
    double pi, damping_a, damping_g; /* kfac: what was added to each factor; else 1 and the damping twice */
    int64_t age;                     /* updates since its inverse or basis was made */
} rao_fisher_layer;
RAO_API rao_status rao_fisher_layer_info(rao_ctx *ctx, const rao_fisher *fisher, int64_t layer, rao_fisher_layer *info);

#ifdef __cplusplus
}
#endif
#endif
