/* head.c - heads: creation by name, the checks of shapes, and the walk over blocks of rows (head_*_tmpl.h hold the arithmetic). */
#include "family/head.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/cpu.h"

/* ---- creation ------------------------------------------------------------------------------------------------ */

typedef struct normal_opts {
    double var;
} normal_opts;

static const rao_option normal_rows[] = {
    {.name = "var",
     .type = RAO_OPT_REAL,
     .offset = offsetof(normal_opts, var),
     .value = 1,
     .min = 0,
     .max = INFINITY,
     .flags = RAO_OPT_ABOVE_MIN,
     .help = "variance of every coordinate"},
};
static const rao_option_table normal_table = {"normal", sizeof(normal_opts), normal_rows, 1};

static const head_kind *kind_by_name(const char *name, size_t length) {
    for (int i = 0; i < HEAD_KINDS; i++) {
        const head_kind *kind = &rao_head_kinds[i];
        if (strlen(kind->name) == length && !strncmp(kind->name, name, length)) return kind;
        if (strlen(kind->alias) == length && !strncmp(kind->alias, name, length)) return kind;
    }
    return NULL;
}

static rao_status unknown_head(rao_ctx *ctx, const char *name) {
    const char *near = rao_nearest(name, rao_head_kinds, HEAD_KINDS, sizeof rao_head_kinds[0]);
    return rao_fail(ctx, RAO_EINVAL, "no head \"%s\"%s%s%s; want categorical, bernoulli, poisson, normal[:var=V] or normal.mu_logvar", name,
                    near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static rao_status parse_options(rao_ctx *ctx, const head_kind *kind, const char *name, const char *spec, normal_opts *opts) {
    rao_options_defaults(&normal_table, opts, sizeof *opts);
    if (!spec) return RAO_OK;
    if (!*spec) return rao_fail(ctx, RAO_EINVAL, "head \"%s\": nothing stands behind the ':'", name);
    if (kind->index != HEAD_NORMAL) return rao_fail(ctx, RAO_EINVAL, "head \"%s\": %s takes no options", name, kind->name);
    return rao_options_parse(ctx, &normal_table, opts, spec);
}

static const head_kernels (*kernel_set(void))[2] {
#if defined(__x86_64__) || defined(_M_X64)
    if (rao_cpu_level() == RAO_CPU_AVX512) return rao_head_avx512;
    if (rao_cpu_level() == RAO_CPU_AVX2) return rao_head_avx2;
#endif
    return rao_head_generic;
}

rao_status rao_head_create(rao_ctx *ctx, const char *name, int64_t k, rao_head **head) {
    rao_status st;
    rao_head *h = NULL;
    normal_opts opts;
    int64_t product;
    if (!name) return rao_fail(ctx, RAO_EINVAL, "rao_head_create: the name is NULL");
    size_t length = strcspn(name, ":");
    const head_kind *kind = kind_by_name(name, length);
    if (!kind) return unknown_head(ctx, name);
    RAO_TRY(parse_options(ctx, kind, name, name[length] ? name + length + 1 : NULL, &opts));
    if (k < kind->least_k)
        return rao_fail(ctx, RAO_EINVAL, "head %s: k = %lld, want at least %lld", kind->name, (long long)k, (long long)kind->least_k);
    RAO_TRY(rao_size_mul(ctx, "outputs of a head", k, kind->outputs_per_k, &product));
    RAO_TRY(rao_alloc(ctx, 1, &h));
    h->kind = kind;
    h->k = k;
    h->var = opts.var;
    for (int dtype = 0; dtype < 2; dtype++) h->kernels[dtype] = &kernel_set()[kind->index][dtype];
    if (kind->index == HEAD_NORMAL && opts.var != 1) snprintf(h->name, sizeof h->name, "normal:var=%.17g", opts.var);
    else snprintf(h->name, sizeof h->name, "%s", kind->name);
    *head = h;
    h = NULL;
done:
    rao_free(&h);
    return st;
}

void rao_head_destroy(rao_head **head) {
    if (head) rao_free(head);
}

const char *rao_head_name(const rao_head *head) { return head->name; }
int64_t rao_head_outputs(const rao_head *head) { return head->k * head->kind->outputs_per_k; }
int64_t rao_head_targets(const rao_head *head) { return head->kind->targets_per_k ? head->k * head->kind->targets_per_k : 1; }
int64_t rao_head_rank(const rao_head *head) { return rao_head_outputs(head) - head->kind->rank_short; }
int rao_head_is_classifier(const rao_head *head) { return head->kind->index == HEAD_CATEGORICAL; }

/* ---- shapes -------------------------------------------------------------------------------------------------- */

/* What the first argument of a call fixed for the others. */
typedef struct head_call {
    rao_ctx *ctx;
    const rao_head *head;
    const char *verb;
    rao_dtype dtype;
    int64_t rows;
    rao_status status;
} head_call;

static void want_mat(head_call *c, const char *what, const rao_mat *m, int64_t cols) {
    if (c->status) return;
    const char *name = c->head->name, *verb = c->verb;
    if (!m) c->status = rao_fail(c->ctx, RAO_EINVAL, "rao_head_%s (%s): %s is NULL", verb, name, what);
    else if (m->dtype != c->dtype)
        c->status = rao_fail(c->ctx, RAO_EINVAL, "rao_head_%s (%s): %s is %s, z is %s", verb, name, what, rao_dtype_name(m->dtype),
                             rao_dtype_name(c->dtype));
    else if (m->rows != c->rows || m->cols != cols)
        c->status = rao_fail(c->ctx, RAO_EINVAL, "rao_head_%s (%s): %s is %lld x %lld, want %lld x %lld", verb, name, what,
                             (long long)m->rows, (long long)m->cols, (long long)c->rows, (long long)cols);
    else if (m->ld < m->cols || (!m->data && m->rows > 0))
        c->status = rao_fail(c->ctx, RAO_EINVAL, "rao_head_%s (%s): %s has ld %lld for %lld columns%s", verb, name, what, (long long)m->ld,
                             (long long)m->cols, m->data ? "" : " and no data");
}

static void want_vec(head_call *c, const char *what, const rao_vec *v) {
    if (c->status) return;
    const char *name = c->head->name, *verb = c->verb;
    if (!v) c->status = rao_fail(c->ctx, RAO_EINVAL, "rao_head_%s (%s): %s is NULL", verb, name, what);
    else if (v->dtype != c->dtype)
        c->status = rao_fail(c->ctx, RAO_EINVAL, "rao_head_%s (%s): %s is %s, z is %s", verb, name, what, rao_dtype_name(v->dtype),
                             rao_dtype_name(c->dtype));
    else if (v->n != c->rows || (!v->data && v->n > 0))
        c->status = rao_fail(c->ctx, RAO_EINVAL, "rao_head_%s (%s): %s has %lld entries%s, z has %lld rows", verb, name, what,
                             (long long)v->n, v->data ? "" : " and no data", (long long)c->rows);
}

static head_call begin(rao_ctx *ctx, const rao_head *head, const char *verb, const rao_mat *z, int64_t cols) {
    head_call c = {ctx, head, verb, RAO_F32, 0, RAO_OK};
    if (!z || (z->dtype != RAO_F32 && z->dtype != RAO_F64)) {
        c.status =
            rao_fail(ctx, RAO_EINVAL, "rao_head_%s (%s): %s", verb, head->name, z ? "the dtype is neither f32 nor f64" : "z is NULL");
        return c;
    }
    c.dtype = z->dtype;
    c.rows = z->rows;
    want_mat(&c, "z", z, cols);
    return c;
}

static double entry(const rao_mat *m, int64_t i, int64_t j) {
    return m->dtype == RAO_F32 ? (double)((const float *)m->data)[i * m->ld + j] : ((const double *)m->data)[i * m->ld + j];
}

static rao_status bad_observation(rao_ctx *ctx, const rao_head *head, const rao_mat *y, int64_t i, int64_t j) {
    char classes[48] = "";
    if (rao_head_is_classifier(head)) snprintf(classes, sizeof classes, " 0..%lld", (long long)head->k - 1);
    return rao_fail(ctx, RAO_EDOMAIN, "%s: observation in row %lld, column %lld is %.9g, want %s%s", head->name, (long long)i, (long long)j,
                    entry(y, i, j), head->kind->allowed, classes);
}

/* The classes of a batch are looked at every step: without a call an entry, in loops that become vectors. Of a float k <= 2^24 is exact. */
static int all_classes_f32(const float *y, int64_t n, float k) {
    int bad = 0;
    for (int64_t i = 0; i < n; i++) {
        float v = (y[i] >= 0) & (y[i] < k) ? y[i] : 0.5f;
        bad |= v != (float)(int32_t)v;
    }
    return !bad;
}

static int all_classes_f64(const double *y, int64_t n, double k) {
    int bad = 0;
    for (int64_t i = 0; i < n; i++) {
        double v = (y[i] >= 0) & (y[i] < k) ? y[i] : 0.5;
        bad |= v != (double)(int32_t)v;
    }
    return !bad;
}

/* 0 also where they do not lie one behind the other, or may be too many for an integer. */
static int all_classes(const rao_mat *y, int64_t k) {
    if ((y->ld != 1 && y->rows > 1) || k > 1 << 24) return 0;
    return y->dtype == RAO_F32 ? all_classes_f32(y->data, y->rows, (float)k) : all_classes_f64(y->data, y->rows, (double)k);
}

rao_status rao_head_check(rao_ctx *ctx, const rao_head *head, const rao_mat *y) {
    int64_t targets = rao_head_targets(head);
    head_call c = begin(ctx, head, "check", y, targets);
    if (c.status) return c.status;
    if (rao_head_is_classifier(head) && all_classes(y, head->k)) return RAO_OK;
    for (int64_t i = 0; i < y->rows; i++)
        for (int64_t j = 0; j < targets; j++)
            if (!head->kind->valid(entry(y, i, j), head->k)) return bad_observation(ctx, head, y, i, j);
    return RAO_OK;
}

/* Class indices address memory, so they are looked at every time. */
static void want_targets(head_call *c, const rao_mat *y) {
    want_mat(c, "y", y, rao_head_targets(c->head));
    if (!c->status && rao_head_is_classifier(c->head)) c->status = rao_head_check(c->ctx, c->head, y);
}

/* ---- the walk over blocks of rows ---------------------------------------------------------------------------- */

typedef struct head_walk {
    head_fn *kernel;
    head_rows all;
    size_t size, value_size; /* of an element of the arrays and of `value` */
    int64_t grain;
} head_walk;

static const void *at(const void *base, size_t size, int64_t offset) { return base ? (const char *)base + size * (size_t)offset : NULL; }

static rao_status walk_block(rao_ctx *ctx, int64_t block, void *arg) {
    (void)ctx;
    const head_walk *w = arg;
    head_rows r = w->all;
    int64_t first = block * w->grain;
    r.rows = rao_block_end(w->all.rows, w->grain, block) - first;
    r.z = at(r.z, w->size, r.across ? first : first * r.ldz);
    r.y = at(r.y, w->size, first * r.ldy);
    r.v = at(r.v, w->size, first * r.ldv);
    r.weight = at(r.weight, w->size, first);
    r.out = (void *)at(r.out, w->size, r.across ? first : first * r.ldo);
    r.value = (void *)at(r.value, w->value_size, first);
    w->kernel(&r);
    return RAO_OK;
}

enum { BLOCK_ENTRIES = 16384 }; /* outputs a block: tens of microseconds, far above the cost of handing a block to a thread */

static rao_status walk(rao_ctx *ctx, const rao_head *head, head_fn *kernel, const head_rows *r, rao_dtype dtype, size_t value_size) {
    int64_t outputs = rao_head_outputs(head);
    head_walk w = {kernel, *r, dtype == RAO_F32 ? sizeof(float) : sizeof(double), value_size, 1 + BLOCK_ENTRIES / outputs};
    w.all.k = head->k;
    w.all.var = head->var;
    if (!w.value_size) w.value_size = w.size;
    int64_t blocks = rao_block_count(r->rows, w.grain);
    if (blocks == 1) return walk_block(ctx, 0, &w); /* small batches go without the machinery of threads */
    return rao_parallel_for(ctx, blocks, walk_block, &w);
}

static const head_kernels *kernels(const rao_head *head, rao_dtype dtype) { return head->kernels[dtype == RAO_F64]; }

static void set_z(head_rows *r, const rao_mat *z) { r->rows = z->rows, r->z = z->data, r->ldz = z->ld; }
static void set_y(head_rows *r, const rao_mat *y) { r->y = y->data, r->ldy = y->ld; }
static void set_v(head_rows *r, const rao_mat *v) { r->v = v->data, r->ldv = v->ld; }
static void set_out(head_rows *r, const rao_mat *out) { r->out = out->data, r->ldo = out->ld; }

/* ---- the verbs ----------------------------------------------------------------------------------------------- */

static rao_status nll_score(rao_ctx *ctx, const rao_head *head, const char *verb, const rao_mat *z, const rao_mat *y, const rao_vec *weight,
                            rao_vec *nll, rao_mat *g) {
    head_rows r = {0};
    head_call c = begin(ctx, head, verb, z, rao_head_outputs(head));
    want_targets(&c, y);
    if (weight) want_vec(&c, "weight", weight);
    if (nll) want_vec(&c, "nll", nll);
    if (g) want_mat(&c, "g", g, rao_head_outputs(head));
    if (c.status) return c.status;
    set_z(&r, z), set_y(&r, y);
    if (weight) r.weight = weight->data;
    if (nll) r.value = nll->data;
    if (g) set_out(&r, g);
    return walk(ctx, head, kernels(head, z->dtype)->nll_score, &r, z->dtype, 0);
}

static rao_status missing(rao_ctx *ctx, const char *verb, const char *what) {
    return rao_fail(ctx, RAO_EINVAL, "rao_head_%s: %s is NULL", verb, what);
}

rao_status rao_head_nll(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, rao_vec *nll) {
    return nll ? nll_score(ctx, head, "nll", z, y, NULL, nll, NULL) : missing(ctx, "nll", "nll");
}

rao_status rao_head_score(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, rao_mat *g) {
    return g ? nll_score(ctx, head, "score", z, y, NULL, NULL, g) : missing(ctx, "score", "g");
}

rao_status rao_head_nll_score(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, const rao_vec *weight, rao_vec *nll,
                              rao_mat *g) {
    return nll && g ? nll_score(ctx, head, "nll_score", z, y, weight, nll, g) : missing(ctx, "nll_score", nll ? "g" : "nll");
}

int head_takes_across(const rao_head *head) { return head->kind->index == HEAD_CATEGORICAL && head->k <= HEAD_FEW_CLASSES; }

rao_status head_nll_score_across(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, const rao_vec *weight,
                                 rao_vec *nll, rao_mat *g) {
    head_rows r = {.across = 1};
    head_call c = {ctx, head, "nll_score", z->dtype, z->cols, RAO_OK};
    int fits = head_takes_across(head) && z->rows == head->k && z->ld >= z->cols &&
               (!g || (g->dtype == z->dtype && g->rows == z->rows && g->cols == z->cols && g->ld >= g->cols && g->data));
    if (!fits)
        return rao_fail(ctx, RAO_EINVAL, "head %s: outputs turned are %lld x %lld", head->name, (long long)z->rows, (long long)z->cols);
    want_targets(&c, y);
    if (weight) want_vec(&c, "weight", weight);
    if (nll) want_vec(&c, "nll", nll);
    if (c.status) return c.status;
    set_z(&r, z), set_y(&r, y);
    r.rows = z->cols;
    if (weight) r.weight = weight->data;
    if (g) set_out(&r, g);
    if (nll) r.value = nll->data;
    return walk(ctx, head, kernels(head, z->dtype)->nll_score, &r, z->dtype, 0);
}

rao_status rao_head_hessian_apply(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, const rao_mat *v, rao_mat *out) {
    head_rows r = {0};
    head_call c = begin(ctx, head, "hessian_apply", z, rao_head_outputs(head));
    want_targets(&c, y);
    want_mat(&c, "v", v, rao_head_outputs(head));
    want_mat(&c, "out", out, rao_head_outputs(head));
    if (c.status) return c.status;
    set_z(&r, z), set_y(&r, y), set_v(&r, v), set_out(&r, out);
    return walk(ctx, head, kernels(head, z->dtype)->hessian_apply, &r, z->dtype, 0);
}

static rao_status apply(rao_ctx *ctx, const rao_head *head, const char *verb, int transposed_root, const rao_mat *z, const rao_mat *v,
                        rao_mat *out) {
    head_rows r = {0};
    head_call c = begin(ctx, head, verb, z, rao_head_outputs(head));
    want_mat(&c, "v", v, rao_head_outputs(head));
    want_mat(&c, "out", out, transposed_root ? rao_head_rank(head) : rao_head_outputs(head));
    if (c.status) return c.status;
    set_z(&r, z), set_v(&r, v), set_out(&r, out);
    const head_kernels *table = kernels(head, z->dtype);
    return walk(ctx, head, transposed_root ? table->fisher_root_t : table->fisher_apply, &r, z->dtype, 0);
}

rao_status rao_head_fisher_apply(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *v, rao_mat *out) {
    return apply(ctx, head, "fisher_apply", 0, z, v, out);
}

rao_status rao_head_fisher_root_t(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *v, rao_mat *out) {
    return apply(ctx, head, "fisher_root_t", 1, z, v, out);
}

rao_status rao_head_fisher_root(rao_ctx *ctx, const rao_head *head, const rao_mat *z, int64_t column, rao_mat *out) {
    head_rows r = {0};
    head_call c = begin(ctx, head, "fisher_root", z, rao_head_outputs(head));
    want_mat(&c, "r", out, rao_head_outputs(head));
    if (c.status) return c.status;
    if (column < 0 || column >= rao_head_rank(head))
        return rao_fail(ctx, RAO_EINVAL, "rao_head_fisher_root (%s): column %lld, want 0..%lld", head->name, (long long)column,
                        (long long)rao_head_rank(head) - 1);
    set_z(&r, z), set_out(&r, out);
    r.column = column;
    return walk(ctx, head, kernels(head, z->dtype)->fisher_root, &r, z->dtype, 0);
}

rao_status rao_head_kl(rao_ctx *ctx, const rao_head *head, const rao_mat *z0, const rao_mat *z1, rao_vec *kl) {
    head_rows r = {0};
    head_call c = begin(ctx, head, "kl", z0, rao_head_outputs(head));
    want_mat(&c, "z1", z1, rao_head_outputs(head));
    want_vec(&c, "kl", kl);
    if (c.status) return c.status;
    set_z(&r, z0), set_y(&r, z1);
    r.value = kl->data;
    return walk(ctx, head, kernels(head, z0->dtype)->kl, &r, z0->dtype, 0);
}

rao_status rao_head_mean(rao_ctx *ctx, const rao_head *head, const rao_mat *z, rao_mat *mean) {
    head_rows r = {0};
    head_call c = begin(ctx, head, "mean", z, rao_head_outputs(head));
    want_mat(&c, "mean", mean, head->k);
    if (c.status) return c.status;
    set_z(&r, z), set_out(&r, mean);
    return walk(ctx, head, kernels(head, z->dtype)->mean, &r, z->dtype, 0);
}

rao_status rao_head_errors(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, double *value) {
    rao_status st;
    head_rows r = {0};
    double *each, sum = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    head_call c = begin(ctx, head, "errors", z, rao_head_outputs(head));
    want_targets(&c, y);
    RAO_TRY(c.status);
    RAO_TRY(rao_scratch(ctx, z->rows, &each));
    set_z(&r, z), set_y(&r, y);
    r.value = each;
    RAO_TRY(walk(ctx, head, kernels(head, z->dtype)->errors, &r, z->dtype, sizeof *each));
    for (int64_t i = 0; i < z->rows; i++) sum += each[i];
    *value = sum;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

typedef struct head_draws {
    const rao_head *head;
    const rao_mat *z;
    rao_mat *y;
    rao_stream stream;
    uint64_t step;
    int64_t first, grain;
} head_draws;

static rao_status draw_block(rao_ctx *ctx, int64_t block, void *arg) {
    rao_status st;
    const head_draws *d = arg;
    int64_t outputs = rao_head_outputs(d->head), targets = rao_head_targets(d->head), end = rao_block_end(d->z->rows, d->grain, block);
    double *z, *y;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, outputs, &z));
    RAO_TRY(rao_scratch(ctx, targets, &y));
    for (int64_t i = block * d->grain; i < end; i++) {
        for (int64_t j = 0; j < outputs; j++) z[j] = entry(d->z, i, j);
        d->head->kind->draw(d->head, z, d->stream, d->step, (uint64_t)(d->first + i), y);
        for (int64_t j = 0; j < targets; j++)
            if (d->y->dtype == RAO_F32) ((float *)d->y->data)[i * d->y->ld + j] = (float)y[j];
            else ((double *)d->y->data)[i * d->y->ld + j] = y[j];
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_head_sample(rao_ctx *ctx, const rao_head *head, const rao_mat *z, rao_stream stream, uint64_t step, int64_t first_case,
                           rao_mat *y) {
    head_call c = begin(ctx, head, "sample", z, rao_head_outputs(head));
    want_mat(&c, "y", y, rao_head_targets(head));
    if (c.status) return c.status;
    if (!head->kind->draw) return rao_fail(ctx, RAO_EUNABLE, "rao_head_sample (%s): this head has no sampler", head->name);
    if (first_case < 0) return rao_fail(ctx, RAO_EINVAL, "rao_head_sample: first_case = %lld, want >= 0", (long long)first_case);
    head_draws d = {head, z, y, stream, step, first_case, 1 + BLOCK_ENTRIES / 8 / rao_head_outputs(head)};
    int64_t blocks = rao_block_count(z->rows, d.grain);
    return blocks == 1 ? draw_block(ctx, 0, &d) : rao_parallel_for(ctx, blocks, draw_block, &d);
}
