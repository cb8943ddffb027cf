/* mvn_many_avx512.c - KL of many normals for x86-64-v4. */
#define MVN_KL mvn_kl_avx512
#include "family/mvn_many_tmpl.h"
