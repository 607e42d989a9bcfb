using LlmStack;
using LlmStack.Testing;
using Microsoft.Extensions.DependencyInjection;

// path calls hanging: makes calls that end, then some that never do, says how far it is, and waits to be killed.
string path = args[0];
int calls = int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture);
int hanging = int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture);
var provider = new ScriptedProvider();
provider.OnOtherCalls.Answer("x").Usage(1_000, 100);
for (int i = 1; i <= hanging; i++)
{
    provider.OnCall(calls + i).StallAfter(0);
}

var services = new ServiceCollection();
services.AddLlmStack(llm => llm
    .AddProvider("a", p => p.UseProvider(_ => provider))
    .AddModelGroup("fast", g => g.AddDeployment("a/m", d => d.Price = new ModelPrice { InputPerMillion = 3, OutputPerMillion = 15 }))
    .UseSqliteLedger(path, o => o.FlushInterval = TimeSpan.FromMilliseconds(50)));
await using ServiceProvider built = services.BuildServiceProvider();
ILlmClient client = built.GetRequiredService<ILlmClient>();
IUsageLedger ledger = built.GetRequiredService<IUsageLedger>();
using IDisposable pushed = LlmContext.Push(new LlmContext { Team = "child" });
await Parallel.ForAsync(0, calls, async (_, cancellationToken) => await client.ChatAsync("fast", "Hello", cancellationToken: cancellationToken));
for (int i = 1; i <= hanging; i++)
{
    _ = client.ChatAsync("fast", new string('x', 400));
    await provider.WaitForCallAsync(calls + i);
}

await ledger.FlushAsync();
Console.WriteLine("flushed");

// A second flush after more calls, which the parent may cut anywhere.
while (Console.In.Peek() >= 0 && Console.ReadLine() == "more")
{
    await client.ChatAsync("fast", "Hello");
    Console.WriteLine("called");
}
