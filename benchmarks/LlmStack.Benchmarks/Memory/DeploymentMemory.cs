using System.Globalization;
using System.Text;
using LlmStack.Benchmarks.Subjects;

namespace LlmStack.Benchmarks.Memory;

/// <summary>What a deployment keeps in memory: its configuration, its learned health and limits, its place in the group.</summary>
internal static class DeploymentMemory
{
    public const string Command = "memory";

    private static readonly int[] Sizes = [100, 1_000, 10_000];

    public static string Run()
    {
        // Whatever is made once, whatever the number, is made before anything is measured.
        using (var warm = new RoutingSubject(members: 10))
        {
            warm.Decide();
        }

        var text = new StringBuilder("# Memory of a deployment\n\nLive bytes of a container with so many deployments, less those of one with a single deployment.\n\n| deployments | bytes each |\n|---|---|\n");
        long single = Measure(1);
        foreach (int size in Sizes)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {size:N0} | {(Measure(size) - single) / (size - 1):N0} |\n");
        }

        return text.ToString();
    }

    private static long Measure(int members)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using var subject = new RoutingSubject(members);

        // Every deployment is used, so that what is made on first use is there.
        for (int i = 0; i < members * 20; i++)
        {
            subject.Decide();
        }

        return GC.GetTotalMemory(forceFullCollection: true) - before;
    }
}
