/* gather_tmpl.h - the loops of gather.c for one number type T. */

static const T *NAME(row_at)(const rao_mat *from, const int64_t *rows, int64_t first, int64_t i) {
    return (const T *)from->data + (rows ? rows[i] : first + i) * from->ld;
}

static void NAME(rows)(const rao_mat *from, const int64_t *rows, int64_t first, rao_mat *into) {
    const int64_t cols = into->cols;
    for (int64_t i = 0; i < into->rows && cols == 1; i++) ((T *)into->data)[i * into->ld] = *NAME(row_at)(from, rows, first, i);
    if (cols == 1) return;
    for (int64_t i = 0; i < into->rows; i++) {
        const T *x = NAME(row_at)(from, rows, first, i);
        T *y = (T *)into->data + i * into->ld;
        if (cols > SHORT) memcpy(y, x, (size_t)cols * sizeof(T));
        else
            for (int64_t j = 0; j < cols; j++) y[j] = x[j];
    }
}

/* Cases first + `at` .. by `n`, which the compiler knows where it is RUN: whole vectors, filled entry by entry. */
static inline __attribute__((always_inline)) void NAME(run_across)(const rao_mat *from, const int64_t *rows, int64_t first, int64_t at,
                                                                   int n, rao_mat *into) {
    const T *x[RUN];
    for (int l = 0; l < n; l++) x[l] = NAME(row_at)(from, rows, first, at + l);
    for (int64_t j = 0; j < into->rows; j++) {
        T *restrict y = (T *)into->data + j * into->ld + at;
        for (int l = 0; l < n; l++) y[l] = x[l][j];
    }
}

static void NAME(across)(const rao_mat *from, const int64_t *rows, int64_t first, rao_mat *into) {
    int64_t i = 0;
    for (; i + RUN <= into->cols; i += RUN) NAME(run_across)(from, rows, first, i, RUN, into);
    if (i < into->cols) NAME(run_across)(from, rows, first, i, (int)(into->cols - i), into);
}
