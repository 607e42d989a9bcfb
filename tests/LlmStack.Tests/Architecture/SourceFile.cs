using System.Text.RegularExpressions;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Architecture;

/// <summary>A source file of the products, and which rooms it names.</summary>
internal sealed partial class SourceFile
{
    private SourceFile(string path, string root)
    {
        Path = System.IO.Path.GetRelativePath(root, path).Replace('\\', '/');
        Lines = File.ReadAllLines(path);
        Code = string.Join('\n', Lines.Where(static line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));
    }

    /// <summary>Relative to <c>src</c>, for instance <c>LlmStack/Calls/CallRunner.cs</c>.</summary>
    public string Path { get; }

    public string[] Lines { get; }

    public string Code { get; }

    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The folders below the project, for instance <c>Providers/Http</c>; empty at the root.</summary>
    public string Folder => Path.Count(static c => c == '/') < 2 ? "" : Path[(Path.IndexOf('/', StringComparison.Ordinal) + 1)..Path.LastIndexOf('/')];

    public string Room => Folder.Split('/')[0];

    public IEnumerable<string> PublicTypes => PublicType().Matches(Code).Select(static match => match.Groups["name"].Value);

    public static IReadOnlyList<SourceFile> All(string project = "")
    {
        string root = Repository.Source;
        return [.. Directory.EnumerateFiles(System.IO.Path.Combine(root, project), "*.cs", SearchOption.AllDirectories)
            .Where(static path => !path.Replace('\\', '/').Contains("/obj/", StringComparison.Ordinal) && !path.Replace('\\', '/').Contains("/bin/", StringComparison.Ordinal))
            .Select(path => new SourceFile(path, root))];
    }

    /// <summary>Folders whose namespace a file names: by using, or qualified before the name of a type that lives there.</summary>
    public IEnumerable<string> Uses(ILookup<string, string> typesByFolder) =>
        Using().Matches(Code).Select(static match => match.Groups["folder"].Value.Replace('.', '/'))
            .Concat(typesByFolder.Where(folder => folder.Key.Length > 0 && Qualifies(folder)).Select(static folder => folder.Key))
            .Where(folder => folder != Folder)
            .Distinct();

    private bool Qualifies(IGrouping<string, string> folder) =>
        Regex.Matches(Code, $@"(?<![\w.])(?:LlmStack\.)?{folder.Key.Replace("/", @"\.", StringComparison.Ordinal)}\.(?<type>[A-Z]\w*)", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10))
            .Any(match => folder.Contains(match.Groups["type"].Value));

    [GeneratedRegex(@"^\s*(?:global )?using (?:static )?(?:\w+ = )?LlmStack\.(?<folder>[\w.]+)", RegexOptions.Multiline, 10_000)]
    private static partial Regex Using();

    [GeneratedRegex(@"^public (?:(?:static|sealed|abstract|readonly|partial|ref|unsafe) )*(?:class|interface|struct|record struct|record class|record|enum|delegate [\w<>?]+) (?<name>\w+)", RegexOptions.Multiline, 10_000)]
    private static partial Regex PublicType();
}
