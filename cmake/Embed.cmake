# A file compiled into the library as bytes, with nothing but CMake at build time.
#
#   rao_embed(TARGET room_nn SYMBOL rao_data_digits FILE data/digits/digits.csv.gz)
#
# adds a source to TARGET that defines
#
#   extern const unsigned char rao_data_digits[];
#   extern const size_t rao_data_digits_size;
#
# The caller declares them in a header of its own. CMake runs this file again as a script (-P) to write the source, only when FILE changed.
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ "${FILE}" bytes HEX)
  string(LENGTH "${bytes}" digits)
  math(EXPR size "${digits} / 2")
  if(size EQUAL 0)
    message(FATAL_ERROR "${FILE} is empty: nothing to compile in")
  endif()
  string(REPEAT "[0-9a-f]" 64 line)
  string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  get_filename_component(name "${FILE}" NAME)
  file(WRITE "${OUT}" "/* ${name}, written by cmake/Embed.cmake */
#include <stddef.h>
extern const unsigned char ${SYMBOL}[];
extern const size_t ${SYMBOL}_size;
const unsigned char ${SYMBOL}[] = {
${bytes}
};
const size_t ${SYMBOL}_size = sizeof ${SYMBOL};
")
  return()
endif()

set(RAO_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(rao_embed)
  cmake_parse_arguments(PARSE_ARGV 0 embed "" "TARGET;SYMBOL;FILE" "")
  get_filename_component(file ${embed_FILE} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
  set(source ${CMAKE_BINARY_DIR}/embed/${embed_SYMBOL}.c)
  add_custom_command(OUTPUT ${source} VERBATIM DEPENDS ${file} ${RAO_EMBED_SCRIPT} COMMENT "Compiling in ${embed_FILE}"
    COMMAND ${CMAKE_COMMAND} -DSYMBOL=${embed_SYMBOL} -DFILE=${file} -DOUT=${source} -P ${RAO_EMBED_SCRIPT})
  target_sources(${embed_TARGET} PRIVATE ${source})
endfunction()
