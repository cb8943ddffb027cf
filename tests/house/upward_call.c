/* upward_call.c - what a file of room base must not do: call room la. tests/CMakeLists.txt links it as a test of base and expects the linker's refusal. */
#include <rao/la.h>

int main(void) { return rao_gemm(NULL, RAO_N, RAO_N, 1, NULL, NULL, 0, NULL); }
