/* mvn_many_avx2.c - KL of many normals for x86-64-v3. */
#define MVN_KL mvn_kl_avx2
#include "family/mvn_many_tmpl.h"
