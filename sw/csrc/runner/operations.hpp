// What the runner can do, by name.
#pragma once
#include "message.hpp"

namespace accord {

// Does what a request asks for: a name, and what belongs to it. tests/emulated/core.py writes them.
Reply answer(Request request);

}  // namespace accord
