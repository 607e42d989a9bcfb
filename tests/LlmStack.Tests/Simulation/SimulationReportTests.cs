using System.Globalization;
using System.Xml.Linq;
using LlmStack.Testing.Simulation;
using LlmStack.Tests.Support;
using Simulate;
using static LlmStack.Tests.Simulation.SimulationSetups;

namespace LlmStack.Tests.Simulation;

public sealed class SimulationReportTests
{
    private static readonly string Docs = Path.Combine(Repository.Source, "..", "docs");

    /// <summary>After a change of the router: <c>dotnet run -c Release --project samples/Simulate -- --report docs</c>, and read what changed.</summary>
    [Fact]
    public void The_report_in_the_documentation_is_what_the_seeds_give()
    {
        DocsReport docs = DocsReport.Make(Experiments.All);
        Assert.Equal(docs.Section, DocsReport.SectionOf(Read(DocsReport.Page)));
        Assert.Equal(Experiments.All.Count, docs.Images.Count);
        foreach ((string name, string image) in docs.Images)
        {
            Assert.Equal(image, Read(Path.Combine(DocsReport.ImageFolder, name)));
        }
    }

    [Fact]
    public void The_series_has_a_line_for_each_second_and_a_column_for_each_figure()
    {
        using var writer = new StringWriter();
        SimulationReport report = Report();
        report.WriteCsv(writer);
        string[] lines = writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("second,arrived,served,lost,cut,attempts,p50_ms,p95_ms,a/m attempts,a/m failures,b/m attempts,b/m failures,c/m attempts,c/m failures", lines[0]);
        Assert.Equal(report.Seconds.Count + 1, lines.Length);
        Assert.Equal(report.Calls, lines.Skip(1).Sum(static line => long.Parse(line.Split(',')[1], CultureInfo.InvariantCulture)));
        Assert.Equal(report.Attempts, lines.Skip(1).Sum(static line => line.Split(',').Where(static (_, column) => column is 8 or 10 or 12).Sum(static cell => long.Parse(cell, CultureInfo.InvariantCulture))));
    }

    [Fact]
    public void The_plot_is_an_image_with_a_line_for_each_deployment()
    {
        using var writer = new StringWriter();
        Report().WriteSvg(writer);
        XElement image = XDocument.Parse(writer.ToString()).Root!;
        Assert.Equal("svg", image.Name.LocalName);
        Assert.Equal(3 + 2 + 4, image.Elements().Count(static element => element.Name.LocalName == "polyline"));
        Assert.Contains(image.Elements(), static element => element.Value == "p95");
    }

    [Fact]
    public void Text_and_markdown_hold_the_same_figures()
    {
        SimulationReport report = Report();
        string text = report.ToString();
        string markdown = report.ToMarkdown();
        foreach (string line in markdown.Split('\n').Where(static line => line.StartsWith("* ", StringComparison.Ordinal)))
        {
            Assert.Contains(line[2..], text, StringComparison.Ordinal);
        }

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{report.Calls} calls"), text, StringComparison.Ordinal);
        Assert.Contains("| a/m | 33.3 % |", markdown, StringComparison.Ordinal);
        Assert.Contains("outage of a/m from 10 to 20 s: taken out after ", text, StringComparison.Ordinal);
    }

    private static SimulationReport Report() => Simulator.Run(Equal(Three), Scenario(100, 40).Outage("a", S(10), S(20)));

    private static string Read(string file) => File.ReadAllText(Path.Combine(Docs, file)).Replace("\r\n", "\n", StringComparison.Ordinal);
}
