# To be sourced: lets Open MPI run as root in a container, with more ranks than cores, over shared memory and TCP only.
# A value that is already set is kept.
export OMPI_ALLOW_RUN_AS_ROOT="${OMPI_ALLOW_RUN_AS_ROOT:-1}"
export OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="${OMPI_ALLOW_RUN_AS_ROOT_CONFIRM:-1}"
export OMPI_MCA_rmaps_base_oversubscribe="${OMPI_MCA_rmaps_base_oversubscribe:-1}"
export OMPI_MCA_pml="${OMPI_MCA_pml:-ob1}"
export OMPI_MCA_btl="${OMPI_MCA_btl:-self,vader,tcp}"
# Containers often forbid reading another process's memory; shared segments do as well.
export OMPI_MCA_btl_vader_single_copy_mechanism="${OMPI_MCA_btl_vader_single_copy_mechanism:-none}"
# The launcher keeps what it tells ranks in memory, not in a shared file: 0.01 s less to start.
export PMIX_MCA_gds="${PMIX_MCA_gds:-hash}"
