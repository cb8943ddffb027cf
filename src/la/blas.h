/* la/blas.h - the Fortran symbols of BLAS and LAPACK that we call, for float (s) and double (d).
 *
 * Declared by ourselves, so that any BLAS with 32-bit integers will do and LAPACKE is not needed. Fortran passes everything by
 * address and appends the length of each character argument; C implementations ignore the lengths.
 *
 * Our matrices are row-major: the memory of A (m x n, ld) is, to Fortran, A^T (n x m, ld). Hence the lower triangle of ours is its
 * upper triangle ("U"), L is its L^T, and a product C = A B is asked for as C^T = B^T A^T.
 */
#ifndef LA_BLAS_H
#define LA_BLAS_H

#include <stddef.h>

#define LA_DECLARE(T, s)                                                                                                                  \
    void s##gemm_(const char *ta, const char *tb, const int *m, const int *n, const int *k, const T *alpha, const T *a, const int *lda,   \
                  const T *b, const int *ldb, const T *beta, T *c, const int *ldc, size_t, size_t);                                       \
    void s##syrk_(const char *uplo, const char *trans, const int *n, const int *k, const T *alpha, const T *a, const int *lda,            \
                  const T *beta, T *c, const int *ldc, size_t, size_t);                                                                   \
    void s##gemv_(const char *trans, const int *m, const int *n, const T *alpha, const T *a, const int *lda, const T *x, const int *incx, \
                  const T *beta, T *y, const int *incy, size_t);                                                                          \
    void s##symv_(const char *uplo, const int *n, const T *alpha, const T *a, const int *lda, const T *x, const int *incx, const T *beta, \
                  T *y, const int *incy, size_t);                                                                                         \
    void s##axpy_(const int *n, const T *alpha, const T *x, const int *incx, T *y, const int *incy);                                      \
    void s##trsm_(const char *side, const char *uplo, const char *trans, const char *diag, const int *m, const int *n, const T *alpha,    \
                  const T *a, const int *lda, T *b, const int *ldb, size_t, size_t, size_t, size_t);                                      \
    void s##trsv_(const char *uplo, const char *trans, const char *diag, const int *n, const T *a, const int *lda, T *x, const int *incx, \
                  size_t, size_t, size_t);                                                                                                \
    void s##potrf_(const char *uplo, const int *n, T *a, const int *lda, int *info, size_t);                                              \
    void s##syevd_(const char *jobz, const char *uplo, const int *n, T *a, const int *lda, T *w, T *work, const int *lwork, int *iwork,   \
                   const int *liwork, int *info, size_t, size_t);

LA_DECLARE(float, s)
LA_DECLARE(double, d)
#undef LA_DECLARE

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
void dstevd_(const char *jobz, const int *n, double *d, double *e, double *z, const int *ldz, double *work, const int *lwork, int *iwork,
             const int *liwork, int *info, size_t);
void dgetrf_(const int *m, const int *n, double *a, const int *lda, int *pivots, int *info);
void dgetrs_(const char *trans, const int *n, const int *nrhs, const double *a, const int *lda, const int *pivots, double *b,
             const int *ldb, int *info, size_t);
void dgejsv_(const char *joba, const char *jobu, const char *jobv, const char *jobr, const char *jobt, const char *jobp, const int *m,
             const int *n, double *a, const int *lda, double *sva, double *u, const int *ldu, double *v, const int *ldv, double *work,
             const int *lwork, int *iwork, int *info, size_t, size_t, size_t, size_t, size_t, size_t);

#endif
