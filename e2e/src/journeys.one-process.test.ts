import { describeJourneys } from './journeys/journeys.ts';

describeJourneys('one-process');
