using LlmStack.FaultRuns;

return args switch
{
    [EmitterOptions.Switch, .. var rest] => await Emitter.RunAsync(EmitterOptions.Parse(rest)),
    [ReceiverProcess.Switch] => await ReceiverProcess.RunAsync(),
    _ => await FullRun.RunAsync(RunOptions.Parse(args)),
};
