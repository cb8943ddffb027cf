/* nn/model.h - the inside of a model. */
#ifndef RAO_NN_MODEL_H
#define RAO_NN_MODEL_H

#include <rao/nn.h>

struct rao_model {
    rao_graph *graph;
    rao_head *head;
    rao_activation activation;
    rao_text spec;
};

#endif
