/* basis.h - the eigenbases that ekfac keeps, read from its state, and matrices turned into them in double. */
#ifndef TESTS_FISHER_BASIS_H
#define TESTS_FISHER_BASIS_H

#include "network.h"

static inline double mean_diagonal(const double *m, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += m[i * n + i];
    return sum / (double)n;
}

/* The vector of state of that name in layer l. */
static inline rao_vec state_of(rao_fisher *f, const char *name, int64_t l) {
    rao_vec v = {RAO_F64, 0, NULL};
    for (int64_t i = 0;; i++) {
        const char *found = rao_fisher_state(f, i, &v);
        EXPECT_TRUE(found != NULL);
        if (!strcmp(found, name) && l-- == 0) return v;
    }
}

/* U^T M U for a basis in the dtype of the network. */
static inline double *turn(rao_ctx *ctx, const rao_vec *basis, const double *m, int64_t n) {
    double *half = NULL, *whole = NULL;
    OK(ctx, rao_alloc(ctx, n * n, &half));
    OK(ctx, rao_alloc(ctx, n * n, &whole));
    for (int64_t i = 0; i < n * n; i++)
        for (int64_t k = 0; k < n; k++) half[i] += m[i / n * n + k] * network_get(basis, k * n + i % n);
    for (int64_t i = 0; i < n * n; i++)
        for (int64_t k = 0; k < n; k++) whole[i] += network_get(basis, k * n + i / n) * half[k * n + i % n];
    rao_free(&half);
    return whole;
}

static inline void expect_diagonal(const double *m, int64_t n, double bound) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            if (i != j) EXPECT_TRUE(fabs(m[i * n + j]) <= bound);
}

/* Is this a basis in which the factor is diagonal? */
static inline void check_basis(rao_ctx *ctx, const rao_vec *basis, const double *factor, int64_t n, double tol) {
    double *one = NULL, *turned = turn(ctx, basis, factor, n), *unit;
    OK(ctx, rao_alloc(ctx, n * n, &one));
    for (int64_t i = 0; i < n; i++) one[i * n + i] = 1;
    unit = turn(ctx, basis, one, n);
    expect_diagonal(unit, n, tol);
    for (int64_t i = 0; i < n; i++) EXPECT_CLOSE(unit[i * n + i], 1, tol);
    expect_diagonal(turned, n, tol * (double)n * mean_diagonal(factor, n));
    rao_free(&one), rao_free(&turned), rao_free(&unit);
}

/* Column (r, c) of U_G (x) U_A. */
static inline double basis_entry(const rao_vec *ug, const rao_vec *ua, int64_t rows, int64_t cols, int64_t i, int64_t rc) {
    return network_get(ug, i / cols * rows + rc / cols) * network_get(ua, i % cols * cols + rc % cols);
}

/* (U^T block U)_jj for the block of layer l in a whole matrix. */
static inline double moment(const network *d, int64_t l, const rao_vec *ug, const rao_vec *ua, const double *matrix, int64_t j) {
    rao_parameter q = rao_graph_parameter(rao_model_graph(d->model), l);
    double sum = 0;
    for (int64_t a = 0; a < q.rows * q.cols; a++)
        for (int64_t b = 0; b < q.rows * q.cols; b++)
            sum += basis_entry(ug, ua, q.rows, q.cols, a, j) * matrix[(q.offset + a) * d->size + q.offset + b] *
                   basis_entry(ug, ua, q.rows, q.cols, b, j);
    return sum;
}

#endif
