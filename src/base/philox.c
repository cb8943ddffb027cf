/* philox.c - Philox 4x32-10 (Salmon et al. 2011, section 3.2 and table 2) and the draws made from it.
 *
 * A draw reads the block with counter (index of the block: 64 bits, step: 64 bits) under the key of its stream:
 * no state, so any draw can be made at any time by any thread. */
#include <math.h>

#include <rao/base.h>

enum { ROUNDS = 10 };

void rao_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int r = 0; r < ROUNDS; r++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1, c3 = (uint32_t)p0, c0 = n0, c2 = n2;
        k0 += 0x9E3779B9u, k1 += 0xBB67AE85u; /* the golden ratio and sqrt(3) - 1, as Weyl sequences */
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

rao_stream rao_stream_make(uint64_t seed, uint64_t stream) {
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const uint32_t counter[4] = {(uint32_t)stream, (uint32_t)(stream >> 32), 0x6f6172u /* "rao" */, 0};
    uint32_t out[4];
    rao_philox4x32(counter, key, out);
    return (rao_stream){{out[0], out[1]}};
}

static void block_at(rao_stream s, uint64_t step, uint64_t block, uint32_t out[4]) {
    const uint32_t counter[4] = {(uint32_t)block, (uint32_t)(block >> 32), (uint32_t)step, (uint32_t)(step >> 32)};
    rao_philox4x32(counter, s.key, out);
}

uint32_t rao_u32_at(rao_stream s, uint64_t step, uint64_t index) {
    uint32_t out[4];
    block_at(s, step, index / 4, out);
    return out[index % 4];
}

/* (k + 1/2) 2^-52 for k of 52 bits: every value is exact, and 0 and 1 stay out; with 53 bits the last one would round to 1. */
static double open_unit(uint32_t high, uint32_t low) {
    uint64_t bits = ((uint64_t)high << 32 | low) >> 12;
    return ((double)bits + 0.5) * 0x1p-52;
}

static void uniform_pair(const uint32_t w[4], double u[2]) {
    u[0] = open_unit(w[0], w[1]);
    u[1] = open_unit(w[2], w[3]);
}

/* Box & Muller 1958. The radius reaches sqrt(2 * 53 log 2) = 8.57. */
static void normal_pair(const uint32_t w[4], double z[2]) {
    double u[2];
    uniform_pair(w, u);
    double radius = sqrt(-2 * log(u[0])), angle = 6.283185307179586477 * u[1];
    z[0] = radius * cos(angle);
    z[1] = radius * sin(angle);
}

typedef void pair_fn(const uint32_t w[4], double out[2]);

static double one_of_pair(pair_fn *make, rao_stream s, uint64_t step, uint64_t index) {
    uint32_t w[4];
    double pair[2];
    block_at(s, step, index / 2, w);
    make(w, pair);
    return pair[index % 2];
}

double rao_uniform_at(rao_stream s, uint64_t step, uint64_t index) { return one_of_pair(uniform_pair, s, step, index); }
double rao_normal_at(rao_stream s, uint64_t step, uint64_t index) { return one_of_pair(normal_pair, s, step, index); }

/* The high half of a 64 x 64 bit product (Lemire 2019 without the rejection): the bias is below n / 2^64. */
static int64_t below(uint64_t x, int64_t n) { return (int64_t)(((unsigned __int128)x * (uint64_t)n) >> 64); }

int64_t rao_below_at(rao_stream s, uint64_t step, uint64_t index, int64_t n) {
    uint32_t w[4];
    block_at(s, step, index / 2, w);
    const uint32_t *half = w + 2 * (index % 2);
    return below((uint64_t)half[0] << 32 | half[1], n);
}

/* Blocks first .. first + RUN - 1, word by word: the rounds of each stand in a lane of their own. */
enum { RUN = 16 };
static void run_of_blocks(rao_stream s, uint64_t step, uint64_t first, uint32_t out[4][RUN]) {
    uint32_t k0 = s.key[0], k1 = s.key[1];
    for (int l = 0; l < RUN; l++) {
        uint64_t block = first + (uint64_t)l;
        out[0][l] = (uint32_t)block, out[1][l] = (uint32_t)(block >> 32), out[2][l] = (uint32_t)step, out[3][l] = (uint32_t)(step >> 32);
    }
    for (int r = 0; r < ROUNDS; r++) {
#pragma omp simd
        for (int l = 0; l < RUN; l++) {
            uint64_t p0 = (uint64_t)0xD2511F53u * out[0][l], p1 = (uint64_t)0xCD9E8D57u * out[2][l];
            out[0][l] = (uint32_t)(p1 >> 32) ^ out[1][l] ^ k0, out[2][l] = (uint32_t)(p0 >> 32) ^ out[3][l] ^ k1;
            out[1][l] = (uint32_t)p1, out[3][l] = (uint32_t)p0;
        }
        k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
    }
}

/* Pair by pair: a few numbers from a block at a time, more from runs of blocks. */
#define FILL(T, name)                                                                                 \
    static void name(pair_fn *make, rao_stream s, uint64_t step, uint64_t first, int64_t n, T *out) { \
        uint32_t w[4][RUN], block[4];                                                                 \
        double pair[2];                                                                               \
        for (int64_t i = 0; i < n;) {                                                                 \
            const uint64_t begin = (first + (uint64_t)i) / 2;                                         \
            const int lanes = n - i < RUN ? 1 : RUN;                                                  \
            if (lanes == 1) block_at(s, step, begin, block);                                          \
            else run_of_blocks(s, step, begin, w);                                                    \
            for (int l = 0; l < lanes && i < n; l++) {                                                \
                for (int k = 0; k < 4 && lanes > 1; k++) block[k] = w[k][l];                          \
                make(block, pair);                                                                    \
                if ((first + (uint64_t)i) % 2 == 0) out[i++] = (T)pair[0];                            \
                if (i < n && (first + (uint64_t)i) % 2 == 1) out[i++] = (T)pair[1];                   \
            }                                                                                         \
        }                                                                                             \
    }
FILL(double, fill_f64)
FILL(float, fill_f32)

void rao_uniform_fill_f64(rao_stream s, uint64_t step, uint64_t first, int64_t n, double *out) {
    fill_f64(uniform_pair, s, step, first, n, out);
}
void rao_uniform_fill_f32(rao_stream s, uint64_t step, uint64_t first, int64_t n, float *out) {
    fill_f32(uniform_pair, s, step, first, n, out);
}
void rao_normal_fill_f64(rao_stream s, uint64_t step, uint64_t first, int64_t n, double *out) {
    fill_f64(normal_pair, s, step, first, n, out);
}
void rao_normal_fill_f32(rao_stream s, uint64_t step, uint64_t first, int64_t n, float *out) {
    fill_f32(normal_pair, s, step, first, n, out);
}

/* The draws are those of rao_below_at, two a block. */
void rao_permutation(rao_stream s, uint64_t step, int64_t n, int64_t *out) {
    uint32_t w[4][RUN];
    for (int64_t first = 0; first < n; first += 2 * RUN) {
        int64_t end = n - first < 2 * RUN ? n : first + 2 * RUN;
        run_of_blocks(s, step, (uint64_t)first / 2, w);
        for (int64_t i = first; i < end; i++) {
            int64_t half = 2 * (i % 2), lane = (i - first) / 2;
            int64_t j = below((uint64_t)w[half][lane] << 32 | w[half + 1][lane], i + 1);
            out[i] = out[j];
            out[j] = i;
        }
    }
}
