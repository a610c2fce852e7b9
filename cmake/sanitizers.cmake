# -DUNROLL_SANITIZE=address,undefined or thread, for the tests.
set(UNROLL_SANITIZE "" CACHE STRING "Sanitizers, comma separated")
if(UNROLL_SANITIZE)
  add_compile_options(-fsanitize=${UNROLL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g)
  add_link_options(-fsanitize=${UNROLL_SANITIZE})
endif()
