#include "pipeline/job/start_command.h"

#include <algorithm>
#include <array>

namespace terroir {
namespace {

/// Variables that ranks on other hosts are given as well, when the launcher has them: access to storage and tracking, and the settings of
/// the libraries.
constexpr std::array travelling = {"AZURE_", "AZUREML_", "MLFLOW_", "TERROIR_", "GDAL_", "CPL_", "VSI_", "PROJ_"};

bool contains(const Variables& variables, const std::string& name) {
  return std::any_of(variables.begin(), variables.end(), [&](const auto& v) { return v.first == name; });
}

void set(Variables& variables, const std::string& name, const std::string& value) {
  std::erase_if(variables, [&](const auto& v) { return v.first == name; });
  variables.emplace_back(name, value);
}

void prefer(Variables& variables, const std::string& name, const std::string& value) {
  if (!contains(variables, name)) variables.emplace_back(name, value);
}

/// mpirun takes these of its own environment everywhere.
bool of_open_mpi(const std::string& name) { return name.starts_with("OMPI_") || name.starts_with("PMIX_"); }

bool travels(const std::string& name) {
  return std::any_of(travelling.begin(), travelling.end(), [&](const char* prefix) { return name.starts_with(prefix); });
}

void prefer_settings(Variables& environment, bool several_hosts) {
  prefer(environment, "OMPI_ALLOW_RUN_AS_ROOT", "1");
  prefer(environment, "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
  prefer(environment, "OMPI_MCA_pml", "ob1");
  prefer(environment, "OMPI_MCA_btl", "self,vader,tcp");
  prefer(environment, "OMPI_MCA_btl_vader_single_copy_mechanism", "none");
  if (!several_hosts) {
    prefer(environment, "OMPI_MCA_rmaps_base_oversubscribe", "1");
    prefer(environment, "PMIX_MCA_gds", "hash");  // what the launcher tells ranks stands in memory, not in a shared file
    set(environment, one_machine, "1");
    return;
  }
  // A host that is gone is missed within seconds, not after eight minutes.
  prefer(environment, "OMPI_MCA_oob_tcp_keepalive_time", "3");
  prefer(environment, "OMPI_MCA_oob_tcp_keepalive_intvl", "1");
  prefer(environment, "OMPI_MCA_oob_tcp_keepalive_probes", "3");
}

std::vector<std::string> exported_names(const LaunchPlan& plan, const Variables& own) {
  std::vector<std::string> names;
  for (const auto& [name, value] : plan.environment)
    if (!of_open_mpi(name)) names.push_back(name);
  if (!plan.hostfile.empty())
    for (const auto& [name, value] : own)
      if (travels(name)) names.push_back(name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

StartCommand start_command(const LaunchPlan& plan, const Variables& own) {
  StartCommand out{plan.words, own};
  for (const auto& [name, value] : plan.environment) set(out.environment, name, value);
  if (!plan.mpi) return out;
  prefer_settings(out.environment, !plan.hostfile.empty());
  std::vector<std::string> words{"mpirun", "-n", std::to_string(plan.ranks), "--bind-to", "none"};
  if (!plan.hostfile.empty()) words.insert(words.end(), {"--hostfile", plan.hostfile});
  // --tag-output would lose most of a burst of short lines, and cuts others; files hold every byte.
  words.insert(words.end(), {"--output-filename", std::string(rank_output_folder) + ":nocopy", "--merge-stderr-to-stdout"});
  for (const auto& name : exported_names(plan, own)) words.insert(words.end(), {"-x", name});
  words.insert(words.end(), plan.words.begin(), plan.words.end());
  out.words = std::move(words);
  return out;
}

}  // namespace terroir
