# The addon: exports N-API's two symbols only, and needs nothing of the machine but libc.
execute_process(
  COMMAND node -p "require('node-addon-api').include_dir"
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  OUTPUT_VARIABLE UNROLL_NODE_ADDON_API
  OUTPUT_STRIP_TRAILING_WHITESPACE)
get_filename_component(UNROLL_NODE_ADDON_API "${UNROLL_NODE_ADDON_API}" ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})

file(GLOB UNROLL_BINDING_SOURCES CONFIGURE_DEPENDS native/binding/*.cc)
add_library(unroll_binding OBJECT ${UNROLL_BINDING_SOURCES} ${CMAKE_JS_SRC})
target_include_directories(unroll_binding SYSTEM PUBLIC ${CMAKE_JS_INC} ${UNROLL_NODE_ADDON_API})
# Electron refuses buffers that point outside its heap, so none are made.
target_compile_definitions(unroll_binding PUBLIC NAPI_VERSION=8 NODE_ADDON_API_CPP_EXCEPTIONS_ALL NODE_ADDON_API_DISABLE_DEPRECATED NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED
                           # In a thread that is being terminated nothing can be thrown any more.
                           NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)
target_link_libraries(unroll_binding PUBLIC unroll_backward unroll_core ${CMAKE_JS_LIB})
unroll_warnings(unroll_binding)

# unroll_addon(target cuda): an addon whose device cuda is that library.
function(unroll_addon target cuda)
  add_library(${target} SHARED $<TARGET_OBJECTS:unroll_binding>)
  set_target_properties(${target} PROPERTIES PREFIX "" SUFFIX ".node" LINKER_LANGUAGE CXX)
  target_link_libraries(${target} PRIVATE ${cuda} unroll_backward unroll_core ${CMAKE_JS_LIB})
  if(UNIX AND NOT APPLE)
    # nodelete: a thread that outlives the unloading of a worker's copy would run into nothing.
    target_link_options(${target} PRIVATE $<$<CONFIG:Release>:-s> -static-libstdc++ -static-libgcc -Wl,-z,nodelete -Wl,--exclude-libs,ALL
                        -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/node_addon.map)
    set_target_properties(${target} PROPERTIES LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/node_addon.map)
  endif()
endfunction()

unroll_addon(unroll unroll_cuda)
if(TARGET unroll_cuda_emulated)
  unroll_addon(unroll-emulator unroll_cuda_emulated)
  set_target_properties(unroll-emulator PROPERTIES EXCLUDE_FROM_ALL ON)
endif()
