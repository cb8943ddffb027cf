/* bench_manifold.c - quantities of rao/manifold.h over batches from C: 1e5 Fisher-Rao distances of normals, 1e4 KL of normals in ten variables, and
 * the entropy of one mixture. */
#include "bench.h"

#include <math.h>

#include <rao/manifold.h>

enum { NORMALS = 100000, VECTORS = 10000, VARIABLES = 10, VECTOR_NUMBERS = VARIABLES + VARIABLES * (VARIABLES + 1) / 2 };

typedef struct question {
    rao_family *family;
    int quantity;
    rao_family_args args;
    double *points, *out; /* 2 n points: those of p, then those of q */
} question;

/* Means at random; sigma = exp of a normal, or S = I + A A^T, A of normals. */
static rao_status draw_normals(rao_ctx *ctx, question *q) {
    rao_stream draws = rao_stream_make(1, 0);
    rao_status st = rao_alloc(ctx, 4 * NORMALS, &q->points);
    if (st != RAO_OK) return st;
    for (int64_t i = 0; i < 4 * NORMALS; i++) {
        double z = rao_normal_at(draws, 0, (uint64_t)i);
        q->points[i] = i % 2 ? exp(z) : z;
    }
    return RAO_OK;
}

static rao_status draw_vectors(rao_ctx *ctx, question *q) {
    rao_status st = rao_alloc(ctx, 2 * VECTORS * VECTOR_NUMBERS, &q->points);
    for (int64_t i = 0; st == RAO_OK && i < 2 * VECTORS; i++) {
        double a[VARIABLES * VARIABLES], *at = q->points + i * VECTOR_NUMBERS;
        rao_normal_fill_f64(rao_stream_make(1, 1), (uint64_t)i, 0, VARIABLES * VARIABLES, a);
        rao_normal_fill_f64(rao_stream_make(1, 2), (uint64_t)i, 0, VARIABLES, at);
        at += VARIABLES;
        for (int r = 0; r < VARIABLES; r++)
            for (int c = r; c < VARIABLES; c++) {
                double sum = r == c;
                for (int k = 0; k < VARIABLES; k++) sum += a[r * VARIABLES + k] * a[c * VARIABLES + k];
                *at++ = sum;
            }
    }
    return st;
}

static rao_status make_batch(rao_ctx *ctx, question *q, const char *family, int64_t dimension, int64_t n, int quantity) {
    rao_status st;
    rao_family_opts opts;
    rao_family_opts_init(&opts);
    opts.dimension = dimension;
    RAO_TRY(rao_family_create(ctx, family, &opts, &q->family));
    RAO_TRY(dimension ? draw_vectors(ctx, q) : draw_normals(ctx, q));
    int64_t numbers = rao_family_coords(q->family, 0);
    q->quantity = quantity;
    q->args.n = n, q->args.p = rao_points_of(q->points, numbers), q->args.q = rao_points_of(q->points + n * numbers, numbers);
done:
    return st;
}

/* 0.3 N(0, 1) + 0.7 N(2, 0.5^2) */
static rao_status make_mixture(rao_ctx *ctx, question *q) {
    static const double point[] = {0.3, 0.7, 0, 1, 2, 0.5};
    rao_status st;
    rao_family *normal = NULL;
    RAO_TRY(rao_family_create(ctx, "normal", NULL, &normal));
    const rao_family *parts[] = {normal, normal};
    RAO_TRY(rao_family_mixture(ctx, 2, parts, &q->family));
    q->quantity = RAO_ENTROPY;
    q->args.p = rao_points_of(point, 0);
done:
    rao_family_destroy(&normal);
    return st;
}

static rao_status make(rao_ctx *ctx, bench_kind kind, question *q) {
    switch (kind) {
    case BENCH_FISHER_RAO: return make_batch(ctx, q, "normal", 0, NORMALS, RAO_FISHER_RAO_DISTANCE);
    case BENCH_KL_MVN: return make_batch(ctx, q, "mvn", VARIABLES, VECTORS, RAO_KL);
    default: return make_mixture(ctx, q);
    }
}

rao_status bench_manifold(rao_ctx *ctx, bench_kind kind, double seconds, bench_row *row) {
    rao_status st;
    question q = {0};
    double best = HUGE_VAL, begin = cli_seconds();
    int64_t before = rao_ctx_memory(ctx).live_bytes;
    rao_ctx_memory_reset_peak(ctx);
    rao_family_args_init(&q.args);
    RAO_TRY(make(ctx, kind, &q));
    RAO_TRY(rao_alloc(ctx, q.args.n, &q.out));
    for (int i = 0; i < 5 || (cli_seconds() - begin < seconds && !rao_ctx_cancelled(ctx)); i++) {
        double start = cli_seconds();
        RAO_TRY(rao_manifold_eval(ctx, q.family, q.quantity, &q.args, q.out, 1));
        best = fmin(best, cli_seconds() - start);
    }
    row->ms = 1e3 * best;
    row->peak_bytes = rao_ctx_memory(ctx).peak_bytes - before;
done:
    rao_free(&q.out);
    rao_free(&q.points);
    rao_family_destroy(&q.family);
    return st;
}
