/* rao/base.h - statuses, context, memory, options, random numbers, parallel loops.
 *
 * Every other header includes this one. Conventions of the whole library:
 *   - A function that can fail returns a rao_status and takes a context first; results come back through pointers, last.
 *     On failure every output is as it was, and the context holds one sentence that says what, where and what is allowed.
 *   - The library never prints, exits or aborts.
 *   - Handles are opaque. Whoever creates a handle destroys it; `rao_..._destroy(&x)` accepts NULL and clears x.
 *   - Sizes are int64_t. Matrices are row-major.
 */
#ifndef RAO_BASE_H
#define RAO_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAO_VERSION_MAJOR 0
#define RAO_VERSION_MINOR 1
#define RAO_VERSION_PATCH 0

#if defined(__GNUC__) || defined(__clang__)
#define RAO_API __attribute__((visibility("default")))
#define RAO_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define RAO_API
#define RAO_PRINTF(fmt, args)
#endif

/* ---- statuses ------------------------------------------------------------------------------------------------ */

typedef enum rao_status {
    RAO_OK = 0,
    RAO_EINVAL,   /* the caller broke the contract: wrong shape, unknown name, argument out of its stated range */
    RAO_EDOMAIN,  /* the mathematics has no answer: sigma <= 0, NaN, an improper integral */
    RAO_ENUMERIC, /* an answer exists but was not reached: no convergence, loss of definiteness, divergence */
    RAO_EUNABLE,  /* this representation does not offer the answer */
    RAO_ENOMEM,
    RAO_EIO,
    RAO_EBACKEND,
    RAO_ECOMM
} rao_status;

/* "OK", "EINVAL", "EDOMAIN", ...; "?" for a number that is no status. Never NULL. */
RAO_API const char *rao_status_name(rao_status status);

/* "0.1.0" */
RAO_API const char *rao_version(void);

/* The instruction set that the library's own kernels use in this process: "generic", "avx2" or "avx512". Never NULL. */
RAO_API const char *rao_instructions(void);

/* ---- context ------------------------------------------------------------------------------------------------- */

/* A context carries the allocator, the scratch stack, the number of threads, the log and cancel callbacks, and the
 * sentence of the last failing call. One context serves one thread at a time; it must outlive every handle made with it. */
typedef struct rao_ctx rao_ctx;

/* A replaceable allocator. `alloc` returns `size` (> 0) bytes aligned to at least 16, or NULL; both may be called from several threads. */
typedef struct rao_allocator {
    void *(*alloc)(void *user, size_t size);
    void (*release)(void *user, void *block);
    void *user;
} rao_allocator;

typedef struct rao_ctx_opts {
    size_t size;                    /* set by rao_ctx_opts_init */
    int threads;                    /* >= 1, or 0: OMP_NUM_THREADS, else the cores of this process */
    const rao_allocator *allocator; /* NULL: the C library's. Copied. */
} rao_ctx_opts;

#define rao_ctx_opts_init(o) rao_ctx_opts_init_sized((o), sizeof *(o))
RAO_API void rao_ctx_opts_init_sized(rao_ctx_opts *opts, size_t size);

/* Creates a context; `opts` may be NULL for the defaults. EINVAL, ENOMEM. */
RAO_API rao_status rao_ctx_create(const rao_ctx_opts *opts, rao_ctx **ctx);
RAO_API void rao_ctx_destroy(rao_ctx **ctx);

/* The sentence of the last failing call, "" when none has failed. Valid until the next failing call. Never NULL. */
RAO_API const char *rao_ctx_message(const rao_ctx *ctx);
RAO_API rao_status rao_ctx_status(const rao_ctx *ctx);
RAO_API int rao_ctx_threads(const rao_ctx *ctx);

/* Stores the sentence and returns `status`, so that a failing function ends in `return rao_fail(...)`. */
RAO_API rao_status rao_fail(rao_ctx *ctx, rao_status status, const char *format, ...) RAO_PRINTF(3, 4);

/* Evaluates a call; on failure jumps to `done:` with its status in `st`. */
#define RAO_TRY(call)                           \
    do {                                        \
        if ((st = (call)) != RAO_OK) goto done; \
    } while (0)

/* Log: levels in rising weight. Without a callback nothing is formatted. */
typedef enum rao_level { RAO_DEBUG = 0, RAO_INFO, RAO_WARN } rao_level;
typedef void rao_log_fn(void *user, rao_level level, const char *sentence);
RAO_API void rao_ctx_set_log(rao_ctx *ctx, rao_log_fn *log, void *user);
RAO_API void rao_log(rao_ctx *ctx, rao_level level, const char *format, ...) RAO_PRINTF(3, 4);

/* Cancel: long work asks at safe points and ends early, in order, when the callback returns nonzero. */
typedef int rao_cancel_fn(void *user);
RAO_API void rao_ctx_set_cancel(rao_ctx *ctx, rao_cancel_fn *cancel, void *user);
RAO_API int rao_ctx_cancelled(const rao_ctx *ctx);

/* ---- memory -------------------------------------------------------------------------------------------------- */

/* count * size zeroed bytes, aligned to 64, or ENOMEM (EINVAL: count < 0 or the product overflows).
 * count = 0 gives a valid block of no usable bytes. Release with rao_free. */
RAO_API rao_status rao_alloc_bytes(rao_ctx *ctx, int64_t count, size_t size, void **block);
#define rao_alloc(ctx, count, pointer) rao_alloc_bytes((ctx), (count), sizeof **(pointer), (void **)(pointer))

/* rao_free(&p): releases p (NULL allowed) to the allocator that made it and sets p to NULL. */
RAO_API void rao_free_block(void **block);
#define rao_free(pointer) rao_free_block((void **)(pointer))

typedef struct rao_memory_stats {
    int64_t calls; /* allocations so far, scratch chunks included */
    int64_t live_bytes, peak_bytes;
} rao_memory_stats;
RAO_API rao_memory_stats rao_ctx_memory(const rao_ctx *ctx);
/* Sets the peak to what is live now. */
RAO_API void rao_ctx_memory_reset_peak(rao_ctx *ctx);

/* The scratch stack: temporaries that live until the mark below them is reset. Nothing moves; a warmed-up stack allocates nothing.
 * A function that takes scratch resets its mark on every path before it returns. Contents are not initialised. */
typedef struct rao_mark {
    void *chunk;
    size_t used;
} rao_mark;
RAO_API rao_mark rao_scratch_mark(rao_ctx *ctx);
RAO_API void rao_scratch_reset(rao_ctx *ctx, rao_mark mark);
RAO_API rao_status rao_scratch_bytes(rao_ctx *ctx, int64_t count, size_t size, void **block);
#define rao_scratch(ctx, count, pointer) rao_scratch_bytes((ctx), (count), sizeof **(pointer), (void **)(pointer))

/* *product = a * b for sizes; EINVAL with `what` named when negative or above INT64_MAX. */
RAO_API rao_status rao_size_mul(rao_ctx *ctx, const char *what, int64_t a, int64_t b, int64_t *product);

/* ---- text ---------------------------------------------------------------------------------------------------- */

/* A growing string. Zero-initialise; data is NUL-terminated once something was added. */
typedef struct rao_text {
    char *data;
    int64_t length, capacity;
} rao_text;
RAO_API rao_status rao_text_add(rao_ctx *ctx, rao_text *text, const char *bytes, int64_t length);
RAO_API rao_status rao_text_puts(rao_ctx *ctx, rao_text *text, const char *string);
RAO_API rao_status rao_text_printf(rao_ctx *ctx, rao_text *text, const char *format, ...) RAO_PRINTF(3, 4);
RAO_API void rao_text_destroy(rao_text *text);

/* Metadata of a file, a setting in a report. Borrowed. */
typedef struct rao_pair {
    const char *key, *value;
} rao_pair;

/* The name nearest to `given` in edit distance among `count` names `stride` bytes apart (the first member of each element
 * is a const char *), or NULL when none is near. */
RAO_API const char *rao_nearest(const char *given, const void *names, int64_t count, size_t stride);

/* ---- options ------------------------------------------------------------------------------------------------- */

/* One row describes one field of an option struct: defaults, validation, --help, bindings and docs come from it alone. */
typedef enum rao_option_type {
    RAO_OPT_INT,    /* int64_t */
    RAO_OPT_REAL,   /* double */
    RAO_OPT_FLAG,   /* int, 0 or 1 */
    RAO_OPT_CHOICE, /* int, index into `choices` ("constant|cosine") */
    RAO_OPT_STRING  /* const char *, borrowed */
} rao_option_type;

enum { RAO_OPT_ABOVE_MIN = 1, RAO_OPT_BELOW_MAX = 2, RAO_OPT_MAY_INF = 4 }; /* flags: the end of the range is excluded; infinity allowed */

typedef struct rao_option {
    const char *name;
    rao_option_type type;
    size_t offset;
    double value, min, max; /* default and range of numbers (a default outside the range, or NaN, stands for "not given");
                             * value is also the default index of a CHOICE or FLAG */
    unsigned flags;
    const char *choices; /* CHOICE only */
    const char *text;    /* default of a STRING, may be NULL */
    const char *help;    /* one line; unit where there is one */
    const char *with;    /* "key=word|word": the CHOICE and its words that it needs to have an effect; NULL: none */
} rao_option;

typedef struct rao_option_table {
    const char *owner; /* named in errors: "sgd" */
    size_t size;       /* sizeof the option struct */
    const rao_option *rows;
    int64_t count;
} rao_option_table;

/* Fills an option struct of `size` bytes (at most table->size: an older caller's shorter struct) with the defaults.
 * A leading `size_t size` field at offset 0 is the caller's own business. */
RAO_API void rao_options_defaults(const rao_option_table *table, void *options, size_t size);
/* Sets one field from text. EINVAL: unknown key (nearest named), not a number, out of range (range named). */
RAO_API rao_status rao_options_set(rao_ctx *ctx, const rao_option_table *table, void *options, const char *key, const char *value);
/* Applies "key=value:key=value" (empty allowed). Numbers and choices only. All or nothing. EINVAL: as above; a key that stands twice; nothing between two
 * colons or behind the last; a field that is not at its default and has no effect beside the others (`with`). */
RAO_API rao_status rao_options_parse(rao_ctx *ctx, const rao_option_table *table, void *options, const char *spec);
/* Checks every field against its range and for its effect. EINVAL. */
RAO_API rao_status rao_options_check(rao_ctx *ctx, const rao_option_table *table, const void *options);
/* Appends "lr=0.1:momentum=0.9" (every field that is given, round-trip exact). */
RAO_API rao_status rao_options_format(rao_ctx *ctx, const rao_option_table *table, const void *options, rao_text *out);
/* Appends one aligned line of help a row, each with `indent` blanks and `prefix` ("--") before the name. */
RAO_API rao_status rao_options_help(rao_ctx *ctx, const rao_option_table *table, int indent, const char *prefix, rao_text *out);

/* ---- random numbers ------------------------------------------------------------------------------------------ */

/* Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11).
 * A draw is a function of (seed, stream, step, index) and of nothing else. */
RAO_API void rao_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

typedef struct rao_stream {
    uint32_t key[2];
} rao_stream;

/* The key of (seed, stream): the first two words of Philox under key `seed` at counter (stream, "rao"). */
RAO_API rao_stream rao_stream_make(uint64_t seed, uint64_t stream);

RAO_API uint32_t rao_u32_at(rao_stream s, uint64_t step, uint64_t index);
/* 52 bits, in the open interval (0, 1): 1 - u is exact and never 0 or 1 either. The float form may round up to 1. */
RAO_API double rao_uniform_at(rao_stream s, uint64_t step, uint64_t index);
/* Standard normal, Box-Muller over the pair (index & ~1, index | 1). */
RAO_API double rao_normal_at(rao_stream s, uint64_t step, uint64_t index);
/* Uniform on 0..n-1 (n >= 1), without bias below 2^-64. */
RAO_API int64_t rao_below_at(rao_stream s, uint64_t step, uint64_t index, int64_t n);

/* out[i] = the value at index first + i, bit for bit; the float forms round the double. */
RAO_API void rao_uniform_fill_f64(rao_stream s, uint64_t step, uint64_t first, int64_t n, double *out);
RAO_API void rao_uniform_fill_f32(rao_stream s, uint64_t step, uint64_t first, int64_t n, float *out);
RAO_API void rao_normal_fill_f64(rao_stream s, uint64_t step, uint64_t first, int64_t n, double *out);
RAO_API void rao_normal_fill_f32(rao_stream s, uint64_t step, uint64_t first, int64_t n, float *out);
/* A permutation of 0..n-1: Fisher-Yates with draws at (step, 0..n-1). O(n). */
RAO_API void rao_permutation(rao_stream s, uint64_t step, int64_t n, int64_t *out);

/* ---- parallel loops ------------------------------------------------------------------------------------------ */

/* Calls body(worker, block, arg) for block = 0..blocks-1 over the context's threads. `worker` is a context of the calling thread:
 * its own scratch and sentence. Results must depend on `block` alone, so that they do not depend on the number of threads;
 * sums are combined by the caller in block order. The status of the lowest failing block is returned with its sentence.
 * A nested call runs serially. */
typedef rao_status rao_block_fn(rao_ctx *worker, int64_t block, void *arg);
RAO_API rao_status rao_parallel_for(rao_ctx *ctx, int64_t blocks, rao_block_fn *body, void *arg);

/* Blocks of a problem of n items, `grain` items each (the last one shorter): a function of n and grain only. */
static inline int64_t rao_block_count(int64_t n, int64_t grain) { return n <= 0 ? 0 : (n - 1) / grain + 1; }
static inline int64_t rao_block_end(int64_t n, int64_t grain, int64_t block) { return n - block * grain < grain ? n : (block + 1) * grain; }

#ifdef __cplusplus
}
#endif
#endif
