/* nn/weights.h - the parameters of a model as named tensors, for the files that hold them: weights here, checkpoints in room train. */
#ifndef RAO_NN_WEIGHTS_H
#define RAO_NN_WEIGHTS_H

#include <rao/io.h>
#include <rao/nn.h>

/* Tensors NAME.weight (out x in) and NAME.bias (out) over memory of their own. */
typedef struct weights_pack {
    rao_tensor *tensors;
    int64_t count;
    char *names;
    void *data;
} weights_pack;
rao_status weights_pack_create(rao_ctx *ctx, const rao_model *model, const rao_vec *w, weights_pack *pack);
void weights_pack_destroy(weights_pack *pack);

/* Fills w from the tensors of a file, float and double converted; `path` is what errors call it. Tensors whose name begins with
 * WEIGHTS_BESIDE may stand beside the model's. w is untouched on failure. EINVAL: another model, a tensor too many, missing or of another
 * shape (both ends named); EDOMAIN: a number that is not finite, or beyond the range of float (tensor and index named). */
rao_status weights_take(rao_ctx *ctx, const rao_model *model, const rao_safetensors *file, const char *path, rao_vec *w);

/* The metadata key under which a file says which model it belongs to, and how the names of a checkpoint's other tensors begin. */
#define WEIGHTS_MODEL_KEY "rao.model"
#define WEIGHTS_BESIDE "rao."

#endif
