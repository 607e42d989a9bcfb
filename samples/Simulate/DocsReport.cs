using System.Text;
using LlmStack.Testing.Simulation;

namespace Simulate;

/// <summary>The section of docs/routing.md between two markers, and the images it shows. Equal seeds give equal files.</summary>
internal sealed class DocsReport
{
    public const string Page = "routing.md";
    public const string ImageFolder = "images";

    private const string Begin = "<!-- simulation report: begin -->";
    private const string End = "<!-- simulation report: end -->";

    private readonly StringBuilder _section = new();
    private readonly SortedDictionary<string, string> _images = new(StringComparer.Ordinal);

    private DocsReport()
    {
    }

    /// <summary>What stands between the markers.</summary>
    public string Section => _section.ToString();

    /// <summary>The images' texts by file name.</summary>
    public IReadOnlyDictionary<string, string> Images => _images;

    public static DocsReport Make(IEnumerable<Experiment> experiments)
    {
        var docs = new DocsReport();
        foreach (Experiment experiment in experiments)
        {
            docs.Add(experiment, experiment.Run());
        }

        return docs;
    }

    /// <summary>What stands between the markers of a page.</summary>
    /// <exception cref="InvalidDataException">The page lacks a marker.</exception>
    public static string SectionOf(string page)
    {
        (int from, int to) = Find(page);
        return page[from..to];
    }

    /// <summary>Writes the section into the page and the images beside it.</summary>
    /// <param name="folder">The folder of the documentation.</param>
    public void Write(string folder)
    {
        string path = Path.Combine(folder, Page);
        string page = File.ReadAllText(path);
        (int from, int to) = Find(page);
        File.WriteAllText(path, page[..from] + Section + page[to..]);
        Directory.CreateDirectory(Path.Combine(folder, ImageFolder));
        foreach ((string name, string image) in _images)
        {
            File.WriteAllText(Path.Combine(folder, ImageFolder, name), image);
        }
    }

    private static (int From, int To) Find(string page)
    {
        int begin = page.IndexOf(Begin, StringComparison.Ordinal);
        int end = page.IndexOf(End, StringComparison.Ordinal);
        return begin >= 0 && end > begin
            ? (begin + Begin.Length, end)
            : throw new InvalidDataException($"The page has no '{Begin}' followed by '{End}'.");
    }

    private void Add(Experiment experiment, SimulationReport report)
    {
        using var image = new StringWriter();
        report.WriteSvg(image);
        string file = $"simulation-{experiment.Name}.svg";
        _images[file] = image.ToString();
        _section.Append("\n\n### ").Append(report.Scenario).Append("\n\n").Append(experiment.Question).Append("\n\n")
            .Append(report.ToMarkdown())
            .Append("\n![").Append(report.Scenario).Append(": share, latency and failures over time](").Append(ImageFolder).Append('/').Append(file).Append(")\n");
    }
}
