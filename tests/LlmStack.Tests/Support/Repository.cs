namespace LlmStack.Tests.Support;

/// <summary>Where the sources lie: found from where the tests run, because a deterministic build writes no real path into them.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Source { get; } = Path.Combine(Root, "src");

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LlmStack.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} has LlmStack.sln; run the tests from a checkout.");
    }
}
