/* The same run on one thread and on several, of a network whose products are shared out: every bit of the weights. */
#include "problem.h"

static void *weights_after(const char *rule, rao_dtype dtype, int threads, int64_t *bytes) {
    problem p = problem_open(dtype, "mlp:64-512-300-10:relu", threads);
    rao_train_opts o = small_run(512, 4);
    o.evaluate = 2;
    rao_trainer *t = NULL;
    void *kept = NULL;
    OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, rule, &o, &t));
    OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
    rao_vec w = rao_trainer_weights(t);
    *bytes = w.n * (int64_t)rao_dtype_size(dtype);
    kept = malloc((size_t)*bytes);
    assert_non_null(kept);
    memcpy(kept, w.data, (size_t)*bytes);
    rao_trainer_destroy(&t);
    problem_close(&p);
    return kept;
}

static void no_bit_depends_on_threads(void **state) {
    (void)state;
    LAW("no bit of the weights depends on the number of threads");
    static const char *const rules[] = {"sgd", "adam", "kfac:renew=2", "ekfac:renew=2", "ngd:iterations=5"};
    for (size_t k = 0; k < COUNT(rules); k++) {
        int64_t bytes = 0;
        void *one = weights_after(rules[k], RAO_F32, 1, &bytes);
        for (int threads = 2; threads <= 3; threads++) {
            void *more = weights_after(rules[k], RAO_F32, threads, &bytes);
            if (memcmp(one, more, (size_t)bytes)) fail_msg("%s: the weights differ between 1 and %d threads", rules[k], threads);
            free(more);
        }
        free(one);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_bit_depends_on_threads)};
    return rao_test_run("train/threads", tests, COUNT(tests));
}
