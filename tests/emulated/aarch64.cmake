# Builds for AArch64 with the clang of the ziglang wheel, which has the target's libraries with it, in source.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER ${ACCORD_ZIG} c++)
set(CMAKE_CXX_COMPILER_TARGET ${ACCORD_TARGET})
# Checks compile and do not link: those libraries would be built anew for each flag that is checked.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ACCORD_ZIG ACCORD_TARGET)
set(THREADS_PREFER_PTHREAD_FLAG ON)
