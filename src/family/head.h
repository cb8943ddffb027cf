/* head.h - what a head is inside: a const table per (family, chart) and kernels over a run of rows. */
#ifndef RAO_FAMILY_HEAD_PRIVATE_H
#define RAO_FAMILY_HEAD_PRIVATE_H

#include <rao/family.h>

/* The arguments of every kernel: rows [0, rows) of the batch pieces at these addresses, all of the kernel's type. */
typedef struct head_rows {
    int64_t rows, k;    /* k classes or coordinates */
    const void *z;      /* outputs */
    const void *y;      /* observations; the second outputs of a KL */
    const void *v;      /* vectors to be multiplied */
    const void *weight; /* one a row, or NULL */
    void *out;          /* rows of the result, or NULL */
    void *value;        /* one number a row, or NULL */
    int64_t ldz, ldy, ldv, ldo;
    int64_t column; /* of the Fisher root */
    double var;     /* of the normal head with given variance */
    int across;     /* nll_score of up to HEAD_FEW_CLASSES classes: z and out are k x rows */
} head_rows;

typedef void head_fn(const head_rows *r);

typedef struct head_kernels {
    head_fn *nll_score, *hessian_apply, *fisher_apply, *fisher_root, *fisher_root_t, *kl, *mean;
    head_fn *errors; /* value: double whatever the type */
} head_kernels;

enum { HEAD_FEW_CLASSES = 24 };
enum { HEAD_CATEGORICAL, HEAD_BERNOULLI, HEAD_POISSON, HEAD_NORMAL, HEAD_NORMAL_MU_LOGVAR, HEAD_KINDS };

/* One table per instruction set: [0] float, [1] double. */
extern const head_kernels rao_head_generic[HEAD_KINDS][2], rao_head_avx2[HEAD_KINDS][2], rao_head_avx512[HEAD_KINDS][2];

typedef struct head_kind {
    const char *name, *alias;
    int index;
    int64_t least_k;
    int outputs_per_k, targets_per_k; /* targets_per_k = 0: one column */
    int rank_short;                   /* rank = outputs - rank_short */
    const char *allowed;              /* of an observation */
    int (*valid)(double y, int64_t k);
    void (*draw)(const rao_head *head, const double *z, rao_stream s, uint64_t step, uint64_t row, double *y);
} head_kind;

struct rao_head {
    const head_kind *kind;
    const head_kernels *kernels[2];
    int64_t k;
    double var;
    char name[48];
};

extern const head_kind rao_head_kinds[HEAD_KINDS];

/* Whether rao_head_nll_score can also take z and give g turned, one case a column (see graph/across.h): few classes. */
int head_takes_across(const rao_head *head);
/* As rao_head_nll_score with z and g of outputs x n; nll or g may be NULL. */
rao_status head_nll_score_across(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, const rao_vec *weight,
                                 rao_vec *nll, rao_mat *g);

#endif
