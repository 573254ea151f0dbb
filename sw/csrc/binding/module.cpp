#include "calls.hpp"
#include "settings.hpp"

NB_MODULE(_core, m) {
  m.doc() = "The kernels behind accord.kernels.";
  accord::bind_calls(m);
  accord::bind_settings(m);
  accord::bind_layers(m);
  accord::bind_pointwise(m);
  accord::bind_pool(m);
}
