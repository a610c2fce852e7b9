# The addon: exports N-API's two symbols only, and needs nothing of the machine but libc.
execute_process(
  COMMAND node -p "require('node-addon-api').include_dir"
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  OUTPUT_VARIABLE UNROLL_NODE_ADDON_API
  OUTPUT_STRIP_TRAILING_WHITESPACE)
get_filename_component(UNROLL_NODE_ADDON_API "${UNROLL_NODE_ADDON_API}" ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})

file(GLOB UNROLL_BINDING_SOURCES CONFIGURE_DEPENDS native/binding/*.cc)
add_library(unroll SHARED ${UNROLL_BINDING_SOURCES} ${CMAKE_JS_SRC})
set_target_properties(unroll PROPERTIES PREFIX "" SUFFIX ".node")
target_include_directories(unroll SYSTEM PRIVATE ${CMAKE_JS_INC} ${UNROLL_NODE_ADDON_API})
# Electron refuses buffers that point outside its heap, so none are made.
target_compile_definitions(unroll PRIVATE NAPI_VERSION=8 NODE_ADDON_API_CPP_EXCEPTIONS_ALL NODE_ADDON_API_DISABLE_DEPRECATED NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED)
target_link_libraries(unroll PRIVATE unroll_cuda unroll_core ${CMAKE_JS_LIB})
unroll_warnings(unroll)
if(UNIX AND NOT APPLE)
  # nodelete: a thread that outlives the unloading of a worker's copy would run into nothing.
  target_link_options(unroll PRIVATE $<$<CONFIG:Release>:-s> -static-libstdc++ -static-libgcc -Wl,-z,nodelete -Wl,--exclude-libs,ALL
                      -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/node_addon.map)
  set_target_properties(unroll PROPERTIES LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/node_addon.map)
endif()
