# Required libraries. A room names the ones it needs in rao_room_libraries() below; everything else stays out of its compile line.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS C)
find_package(ZLIB REQUIRED)
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson)

# Any tuned BLAS with LAPACK: OpenBLAS under its own name, else whatever the system offers as blas and lapack.
set(RAO_BLAS "" CACHE STRING "pkg-config modules of BLAS and LAPACK (empty: openblas, else blas;lapack)")
set(RAO_BLAS_MODULES ${RAO_BLAS})
if(NOT RAO_BLAS_MODULES)
  pkg_check_modules(OPENBLAS QUIET openblas)
  if(OPENBLAS_FOUND)
    set(RAO_BLAS_MODULES openblas)
  else()
    set(RAO_BLAS_MODULES blas lapack)
  endif()
endif()
pkg_check_modules(BLAS REQUIRED IMPORTED_TARGET ${RAO_BLAS_MODULES})

find_library(RAO_LIBM m)
set(RAO_LIBRARIES PkgConfig::BLAS PkgConfig::CJSON ZLIB::ZLIB OpenMP::OpenMP_C Threads::Threads ${CMAKE_DL_LIBS} ${RAO_LIBM})
