/* mvn_many_generic.c - KL of many normals for any machine. */
#define MVN_KL mvn_kl_generic
#include "family/mvn_many_tmpl.h"
