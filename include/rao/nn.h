/* rao/nn.h - models from a line of text, data sets, and the objective that joins the two.
 *
 * The loss contract, for every head and every command: the loss of a set of cases is the weighted mean over its cases of
 * -log p(y | x), in nats, summed over the coordinates of a case, with the model in evaluation mode; constants of the density are included and
 * penalties are not.
 */
#ifndef RAO_NN_H
#define RAO_NN_H

#include <rao/family.h>
#include <rao/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Streams of random numbers under one seed: a draw in one never moves another. */
enum { RAO_STREAM_SPLIT = 1, RAO_STREAM_INIT = 2, RAO_STREAM_SHUFFLE = 3, RAO_STREAM_TARGETS = 4, RAO_STREAM_PROBES = 5 };

/* ---- data ---------------------------------------------------------------------------------------------------- */

typedef enum rao_part { RAO_TRAIN = 0, RAO_TEST = 1 } rao_part;
typedef struct rao_dataset rao_dataset;

/* `scale`: auto (pixels by their range to [0, 1], everything else standardised), none, range (by the largest magnitude of the training part), standard (each column to mean
 * 0 and variance 1 over the training part; a constant column becomes 0). */
typedef enum rao_scaling { RAO_SCALE_AUTO = 0, RAO_SCALE_NONE, RAO_SCALE_RANGE, RAO_SCALE_STANDARD } rao_scaling;
/* `targets`: those of the source; or the inputs themselves, scaled as they are (an autoencoder; what the source has as targets is left aside). */
typedef enum rao_targets { RAO_TARGETS_SOURCE = 0, RAO_TARGETS_INPUTS } rao_targets;
typedef struct rao_dataset_opts {
    size_t size;
    double test_fraction; /* of the cases, by seed, where the source has no test part; 0.2 */
    int64_t seed;         /* of that split */
    int scale;            /* rao_scaling */
    int targets;          /* rao_targets */
} rao_dataset_opts;
#define rao_dataset_opts_init(o) rao_dataset_opts_init_sized((o), sizeof *(o))
RAO_API void rao_dataset_opts_init_sized(rao_dataset_opts *opts, size_t size);
RAO_API const rao_option_table *rao_dataset_options(void);

/* `spec`: digits | idx:IMAGES,LABELS[,TESTIMAGES,TESTLABELS] | npy:X,Y[,TESTX,TESTY] | csv:FILE[:target=COL]. Labels that are whole numbers 0..k-1 make
 * a classification; other targets, and inputs as targets, are real. `opts` may be NULL. EINVAL (spec, shapes: both ends named), EIO (file), EDOMAIN (a number
 * that is not finite, in the file or in the dtype once scaled: row and column named). */
RAO_API rao_status rao_dataset_load(rao_ctx *ctx, const char *spec, const rao_dataset_opts *opts, rao_dtype dtype, rao_dataset **data);
RAO_API void rao_dataset_destroy(rao_dataset **data);
RAO_API int64_t rao_dataset_cases(const rao_dataset *data, rao_part part);
RAO_API int64_t rao_dataset_inputs(const rao_dataset *data);
RAO_API int64_t rao_dataset_targets(const rao_dataset *data);          /* columns of y: 1 for classes */
RAO_API int64_t rao_dataset_classes(const rao_dataset *data);          /* 0: real targets */
RAO_API rao_mat rao_dataset_x(const rao_dataset *data, rao_part part); /* cases x inputs, borrowed */
RAO_API rao_mat rao_dataset_y(const rao_dataset *data, rao_part part); /* cases x targets, borrowed */
RAO_API int64_t rao_dataset_split(const rao_dataset *data); /* the seed that says which cases are which; -1: the source has a test part */
RAO_API const char *rao_dataset_describe(const rao_dataset *data); /* one line: name, cases, columns, scaling */

/* ---- models -------------------------------------------------------------------------------------------------- */

typedef struct rao_model rao_model;

/* `spec`: mlp:IN-HIDDEN-...-OUT:ACTIVATION[:HEAD]. The hidden layers have the activation, the last one none; its outputs are the
 * coordinates of the head (rao_head_create), by default categorical where the data has classes and normal otherwise.
 * `data` (may be NULL when the head is given) is held against the shapes: EINVAL names both ends. */
RAO_API rao_status rao_model_create(rao_ctx *ctx, const char *spec, const rao_dataset *data, rao_dtype dtype, rao_model **model);
RAO_API void rao_model_destroy(rao_model **model);
RAO_API const char *rao_model_spec(const rao_model *model); /* with its head */
RAO_API const rao_graph *rao_model_graph(const rao_model *model);
RAO_API const rao_head *rao_model_head(const rao_model *model);
RAO_API rao_dtype rao_model_dtype(const rao_model *model);
RAO_API int64_t rao_model_size(const rao_model *model); /* parameters */

/* Weights by fan-in and fan-out, biases 0.
 * GLOROT uniform on +-sqrt(6 / (in + out)) (Glorot & Bengio 2010); HE normal with variance 2 / in (He et al. 2015);
 * SPARSE15 normal with variance 1 on min(15, in) connections of each unit (Martens 2010); AUTO: HE for relu and gelu, else GLOROT. */
typedef enum rao_init { RAO_INIT_AUTO = 0, RAO_INIT_GLOROT, RAO_INIT_HE, RAO_INIT_SPARSE15 } rao_init;
RAO_API rao_status rao_model_init(rao_ctx *ctx, const rao_model *model, rao_init init, uint64_t seed, rao_vec *w);

/* Weights in a safetensors file: tensors NAME.weight (out x in) and NAME.bias (out), and the spec of the model as metadata `rao.model`.
 * Written atomically. EIO. */
RAO_API rao_status rao_model_save(rao_ctx *ctx, const rao_model *model, const rao_vec *w, const char *path);
/* Reads them back, or those of a checkpoint; float and double are converted. w is untouched on failure. EINVAL: another model, a tensor too
 * many, missing or of another shape (both ends named); EDOMAIN: a number that is not finite, or beyond the range of float; EIO. */
RAO_API rao_status rao_model_load(rao_ctx *ctx, const rao_model *model, const char *path, rao_vec *w);

/* ---- the objective ------------------------------------------------------------------------------------------- */

/* A model with planned buffers for batches of up to max_cases: everything after its creation allocates nothing. */
typedef struct rao_objective rao_objective;
/* `needs`: RAO_TAPE_..., VJP for gradients. */
RAO_API rao_status rao_objective_create(rao_ctx *ctx, const rao_model *model, int64_t max_cases, unsigned needs, rao_objective **objective);
RAO_API void rao_objective_destroy(rao_objective **objective);
RAO_API rao_tape *rao_objective_tape(rao_objective *objective);
RAO_API const rao_model *rao_objective_model(const rao_objective *objective);
RAO_API int64_t rao_objective_bytes(const rao_objective *objective);

/* Copies n rows of x and y into the batch: rows[0..n), or first .. first + n - 1 where `rows` is NULL. `weights` (may be NULL: all 1) is
 * indexed by row too. EINVAL when a shape differs, EDOMAIN for a negative or non-finite weight or a zero total. */
RAO_API rao_status rao_objective_batch(rao_ctx *ctx, rao_objective *o, const rao_mat *x, const rao_mat *y, const double *weights,
                                       const int64_t *rows, int64_t first, int64_t n);
RAO_API int64_t rao_objective_cases(const rao_objective *objective);        /* of the batch */
RAO_API rao_mat rao_objective_targets(const rao_objective *objective);      /* of the batch, n x targets */
RAO_API const double *rao_objective_shares(const rao_objective *objective); /* weight / sum of weights of each case of the batch */

/* Loss of the batch at w. */
RAO_API rao_status rao_objective_loss(rao_ctx *ctx, rao_objective *o, const rao_vec *w, double *loss);
/* gradient = beta gradient + d loss / d w; loss may be NULL. */
RAO_API rao_status rao_objective_gradient(rao_ctx *ctx, rao_objective *o, const rao_vec *w, double beta, rao_vec *gradient, double *loss);
/* The backward half of it, after rao_objective_loss at the same w and batch (and whatever else has used the tape's cotangents since). `gradient`
 * may be NULL on a tape with RAO_TAPE_FACTORS: then the factors that make it are left in the tape (rao_tape_outer), and no product is spent on it. */
RAO_API rao_status rao_objective_backward(rao_ctx *ctx, rao_objective *o, const rao_vec *w, double beta, rao_vec *gradient, double *loss);
/* product = (Hessian of the loss) direction. Needs RAO_TAPE_HVP. */
RAO_API rao_status rao_objective_hessian(rao_ctx *ctx, rao_objective *o, const rao_vec *w, const rao_vec *direction, rao_vec *product);
/* forms[i count + j] = <d_i, F d_j>, F = sum of share J^T F_head J the Fisher matrix of the first `cases` cases of the batch (0: of all; the shares of these
 * then sum to 1): a jvp a direction and no backward pass. The tape holds the forward pass at w. Needs RAO_TAPE_JVP. EINVAL, ENOMEM (scratch). */
RAO_API rao_status rao_objective_fisher_forms(rao_ctx *ctx, rao_objective *o, const rao_vec *w, const rao_vec *directions, int64_t count,
                                              int64_t cases, double *forms);
/* Loss of any number of cases, in chunks of max_cases, and the share of cases whose class is right (classes) or the squared error a case
 * (real targets), each case counting alike whatever its weight; `score` may be NULL. Overwrites the batch. */
RAO_API rao_status rao_objective_evaluate(rao_ctx *ctx, rao_objective *o, const rao_vec *w, const rao_mat *x, const rao_mat *y,
                                          const double *weights, double *loss, double *score);

#ifdef __cplusplus
}
#endif
#endif
