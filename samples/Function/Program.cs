using FunctionSample;
using Microsoft.Extensions.DependencyInjection;
using QuickStart;

await using DemoProviderServer provider = await DemoProviderServer.StartAsync(failFirst: 0, tokenDelay: TimeSpan.Zero);
await using TraceReceiver receiver = await TraceReceiver.StartAsync();
await using ServiceProvider services = QuestionFunction.ColdStart(provider.Address, receiver.Address, TraceReceiver.PublicKey, TraceReceiver.SecretKey);
QuestionFunction function = services.GetRequiredService<QuestionFunction>();

bool complete = true;
for (int invocation = 1; invocation <= 3; invocation++)
{
    string answer = await function.InvokeAsync($"The zoo opens at nine. The pool opens at ten. When does the zoo open? ({invocation})");

    // The platform freezes the process here. Nothing runs until the next invocation, so what counts is what has arrived by now.
    Console.WriteLine($"{invocation}: {answer}");
    Console.WriteLine($"   when the handler returned, {receiver.Spans.Count} spans and {receiver.Scores.Count} scores of {invocation} invocations had arrived");
    complete &= receiver.Spans.Count == 2 * invocation && receiver.Scores.Count == invocation;
}

return complete ? 0 : 1;
