using LlmStack.FaultRuns;

namespace LlmStack.Tests.Langfuse.Spooling;

/// <summary>A test that needs the right to mount a small file system.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MountFactAttribute : FactAttribute
{
    private static readonly bool IsAllowed = MayMount();

    public MountFactAttribute()
    {
        if (!IsAllowed)
        {
            Skip = "Mounting a small file system is not allowed here (it takes root and CAP_SYS_ADMIN).";
        }
    }

    private static bool MayMount()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("llmstack-mount-");
        using (IDisposable? mount = FullDiskRun.TryMount(directory.FullName))
        {
            if (mount is null)
            {
                directory.Delete();
                return false;
            }
        }

        directory.Delete();
        return true;
    }
}
