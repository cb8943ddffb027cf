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

/* Entries j..j+3 of four cases into four rows of Y: four loads, eight shuffles and four stores, where entry by entry it is sixteen loads. */
static inline void NAME(turn_four)(const T *const x[4], int64_t j, T *y, int64_t ld) {
#if defined(__clang__)
    for (int c = 0; c < 4; c++)
        for (int l = 0; l < 4; l++) y[c * ld + l] = x[l][j + c];
#else
    typedef T four __attribute__((vector_size(4 * sizeof(T))));
    typedef BITS order __attribute__((vector_size(4 * sizeof(T))));
    const order low = {0, 4, 1, 5}, high = {2, 6, 3, 7}, even = {0, 1, 4, 5}, odd = {2, 3, 6, 7};
    four in[4], pair[4], out[4];
    for (int l = 0; l < 4; l++) memcpy(&in[l], x[l] + j, sizeof in[l]);
    for (int l = 0; l < 2; l++) {
        pair[l] = __builtin_shuffle(in[2 * l], in[2 * l + 1], low);
        pair[2 + l] = __builtin_shuffle(in[2 * l], in[2 * l + 1], high);
    }
    for (int c = 0; c < 4; c++) out[c] = __builtin_shuffle(pair[c / 2 * 2], pair[c / 2 * 2 + 1], c % 2 ? odd : even);
    for (int c = 0; c < 4; c++) memcpy(y + c * ld, &out[c], sizeof out[c]);
#endif
}

/* By fours of cases and of entries; the last four of the entries may overlap those before. */
static void NAME(across)(const rao_mat *from, const int64_t *rows, int64_t first, rao_mat *into) {
    const int64_t cols = into->rows, ld = into->ld, whole = cols < 4 ? 0 : into->cols - into->cols % 4;
    for (int64_t i = 0; i < whole; i += 4) {
        const T *x[4];
        T *y = (T *)into->data + i;
        for (int l = 0; l < 4; l++) x[l] = NAME(row_at)(from, rows, first, i + l);
        for (int64_t j = 0; j + 4 <= cols; j += 4) NAME(turn_four)(x, j, y + j * ld, ld);
        if (cols % 4) NAME(turn_four)(x, cols - 4, y + (cols - 4) * ld, ld);
    }
    for (int64_t i = whole; i < into->cols; i++) {
        const T *x = NAME(row_at)(from, rows, first, i);
        for (int64_t j = 0; j < cols; j++) ((T *)into->data)[j * ld + i] = x[j];
    }
}
