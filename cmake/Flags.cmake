# Compile flags of our own code. Never -ffast-math: linking with it flushes denormals for the whole process.
add_library(rao_flags INTERFACE)
target_compile_definitions(rao_flags INTERFACE _POSIX_C_SOURCE=200809L)
target_compile_options(rao_flags INTERFACE -fno-math-errno -fno-trapping-math
  -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wdouble-promotion -Wundef)
if(CMAKE_C_COMPILER_ID MATCHES "Clang") # clang takes the float inside NAN and INFINITY for a promotion; gcc guards the rule
  target_compile_options(rao_flags INTERFACE -Wno-double-promotion)
endif()
# A compiler newer than those we know finds new things to warn of: shown, but nobody's tests stop for it.
if(RAO_WERROR AND NOT (CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_C_COMPILER_VERSION VERSION_GREATER_EQUAL 15))
  target_compile_options(rao_flags INTERFACE -Werror)
endif()
if(RAO_SANITIZE)
  add_compile_options(-fsanitize=${RAO_SANITIZE} -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${RAO_SANITIZE})
  if(RAO_SANITIZE STREQUAL "undefined")
    add_compile_options(-fsanitize=float-cast-overflow -fno-sanitize-recover=all)
  endif()
endif()
if(RAO_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link,address -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=address)
endif()

# NAME_avx2.c and NAME_avx512.c are one kernel file compiled again for a wider machine; CPUID chooses at run time.
function(rao_isa_flags files)
  foreach(file IN LISTS files)
    if(file MATCHES "_avx2\\.c$")
      set_source_files_properties(${file} PROPERTIES COMPILE_OPTIONS "-march=x86-64-v3;-ffp-contract=fast")
    elseif(file MATCHES "_avx512\\.c$")
      set_source_files_properties(${file} PROPERTIES COMPILE_OPTIONS "-march=x86-64-v4;-mprefer-vector-width=512;-ffp-contract=fast")
    endif()
  endforeach()
endfunction()
